using Wired = ActorQuorum.Transport.Wire;

namespace ActorQuorum.Transport;

/// <content>The messages about snapshots.</content>
internal static partial class PeerCodec
{
    /// <summary>The longest detail that is shown of a receiver's answer.</summary>
    private const int DetailLimit = 1000;

    private static int FieldOf(SnapshotMessage message) => message switch
    {
        SnapshotOffer => Wired.Frame.SnapshotOfferFieldNumber,
        SnapshotChunk => Wired.Frame.SnapshotChunkFieldNumber,
        SnapshotProgress => Wired.Frame.SnapshotProgressFieldNumber,
        _ => throw Unsendable(message),
    };

    private static BodyReader? SnapshotBodyOf(uint field) => field switch
    {
        Wired.Frame.SnapshotOfferFieldNumber => ReadSnapshotOffer,
        Wired.Frame.SnapshotChunkFieldNumber => ReadSnapshotChunk,
        Wired.Frame.SnapshotProgressFieldNumber => ReadSnapshotProgress,
        _ => null,
    };

    private static void Describe<TSink>(SnapshotMessage message, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Fixed(1, message.Transfer);
        switch (message)
        {
            case SnapshotOffer offer:
                sink.Number(2, (ulong)offer.Term);
                sink.Number(3, (ulong)offer.Index);
                sink.Number(4, (ulong)offer.EntryTerm);
                sink.Number(5, (ulong)offer.SizeBytes);
                break;
            case SnapshotChunk chunk:
                sink.Number(2, (ulong)chunk.Offset);
                sink.Number(3, chunk.Crc);
                sink.Bytes(4, chunk.Bytes.Span);
                break;
            case SnapshotProgress progress:
                sink.Number(2, (ulong)progress.Offset);
                sink.Number(3, (uint)progress.Receipt);
                sink.Text(4, progress.Detail);
                break;
            default:
                throw Unsendable(message);
        }
    }

    private static SnapshotOffer ReadSnapshotOffer(ref FieldReader reader, PeerRoute route)
    {
        _ = route;
        var numbers = new Numbers();
        ulong transfer = 0;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(1, WireType.Fixed64))
            {
                transfer = reader.Fixed();
            }
            else
            {
                numbers.Read(ref reader, tag);
            }
        }

        var offer = new SnapshotOffer(transfer, numbers[2], numbers[3], numbers[4], numbers[5]);
        return offer is { Index: > 0, EntryTerm: > 0, SizeBytes: > 0 } && offer.EntryTerm <= offer.Term
            ? offer
            : throw new PeerProtocolException(
                $"a snapshot of {offer.SizeBytes} bytes up to entry {offer.Index} of term {offer.EntryTerm} is offered in term {offer.Term}");
    }

    private static SnapshotChunk ReadSnapshotChunk(ref FieldReader reader, PeerRoute route)
    {
        _ = route;
        var numbers = new Numbers();
        ulong transfer = 0;
        ReadOnlySpan<byte> bytes = default;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(1, WireType.Fixed64))
            {
                transfer = reader.Fixed();
            }
            else if (tag == FieldReader.Tag(4, WireType.LengthPrefixed))
            {
                bytes = reader.Bytes();
            }
            else
            {
                numbers.Read(ref reader, tag);
            }
        }

        return new SnapshotChunk(transfer, numbers[2], (uint)Below(numbers[3], uint.MaxValue + 1L, "checksum"), bytes.ToArray());
    }

    private static SnapshotProgress ReadSnapshotProgress(ref FieldReader reader, PeerRoute route)
    {
        _ = route;
        var numbers = new Numbers();
        ulong transfer = 0;
        string? detail = null;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(1, WireType.Fixed64))
            {
                transfer = reader.Fixed();
            }
            else if (tag == FieldReader.Tag(4, WireType.LengthPrefixed))
            {
                detail = reader.Text();
            }
            else
            {
                numbers.Read(ref reader, tag);
            }
        }

        var receipt = (SnapshotReceipt)Below(numbers[3], (long)SnapshotReceipt.Refused + 1, "receipt of a snapshot");
        return new SnapshotProgress(transfer, numbers[2], receipt, detail?[..Math.Min(detail.Length, DetailLimit)]);
    }
}
