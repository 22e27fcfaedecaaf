using System.Collections.Immutable;
using System.Text;
using ActorQuorum.StateMachines.Processors;
using Wired = ActorQuorum.Transport.Wire;

namespace ActorQuorum.Transport;

/// <content>The question for a member's processors, and its answer.</content>
internal static partial class PeerCodec
{
    /// <summary>As a query, so that a release that does not know of the question refuses it instead of closing the connection.</summary>
    private static void Describe<TSink>(ProcessorsWanted wanted, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Number(Wired.Forward.KindFieldNumber, (uint)RequestKind.Query);
        sink.Number(Wired.Forward.ProcessorsWantedFieldNumber, (ulong)wanted.Number);
    }

    private static void Describe<TSink>(ProcessorsTold told, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Number(Wired.ProcessorsTold.NumberFieldNumber, (ulong)told.Number);
        foreach (var name in told.Names)
        {
            sink.Text(Wired.ProcessorsTold.NamesFieldNumber, name);
        }
    }

    private static ProcessorsTold ReadProcessorsTold(ref FieldReader reader, PeerRoute route)
    {
        _ = route;
        var numbers = new Numbers();
        var names = ImmutableArray.CreateBuilder<string>();
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(Wired.ProcessorsTold.NamesFieldNumber, WireType.LengthPrefixed))
            {
                names.Add(ReadName(reader.Bytes(), names));
            }
            else
            {
                numbers.Read(ref reader, tag);
            }
        }

        return new ProcessorsTold(numbers[Wired.ProcessorsTold.NumberFieldNumber], names.DrainToImmutable());
    }

    /// <summary>Checked before a text is made of it; the gate looks a name up by halving.</summary>
    private static string ReadName(ReadOnlySpan<byte> bytes, ImmutableArray<string>.Builder before)
    {
        if (before.Count == ProcessorSet.CountLimit)
        {
            throw new PeerProtocolException($"a member has more than {ProcessorSet.CountLimit} processors");
        }

        if (!ProcessFields.IsName(bytes))
        {
            throw new PeerProtocolException($"a processor's name of {bytes.Length} bytes is none");
        }

        var name = Encoding.ASCII.GetString(bytes);
        return before.Count == 0 || string.CompareOrdinal(before[^1], name) < 0
            ? name
            : throw new PeerProtocolException($"processor '{name}' is named behind '{before[^1]}'");
    }
}
