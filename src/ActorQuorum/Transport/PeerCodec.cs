using System.Buffers.Binary;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Transport;

/// <summary>Who speaks on a connection, to whom, and with which incarnation: what the hello proved for all its frames.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Incarnation">The sender's data directory.</param>
internal readonly record struct PeerRoute(MemberId From, MemberId To, ulong Incarnation);

/// <summary>A message measured for sending.</summary>
/// <param name="Message">The message.</param>
/// <param name="BodyBytes">The size of its own protobuf message, without the frame around it.</param>
internal readonly record struct MeasuredMessage(PeerMessage Message, int BodyBytes)
{
    /// <summary>The frame's size, which the length prefix states.</summary>
    public int FrameBytes => 1 + MeasuringSink.VarintBytes((ulong)BodyBytes) + BodyBytes;

    /// <summary>The frame's size with its length prefix.</summary>
    public int SizeBytes => PeerCodec.PrefixBytes + FrameBytes;
}

/// <summary>
/// Turns messages into frames and back: a length of four bytes, little-endian, then the protobuf message <c>Frame</c> of peer.proto.
/// The bytes are those of the generated classes; written by hand so that a payload is copied once and nothing is allocated for a send.
/// </summary>
internal static partial class PeerCodec
{
    /// <summary>The length prefix.</summary>
    public const int PrefixBytes = sizeof(uint);

    /// <summary>Indexes, terms and rounds end here, so that adding one to a number from the wire never overflows.</summary>
    public const ulong NumberLimit = 1UL << 62;

    /// <summary>The most members in the view of an <see cref="Introduction"/>.</summary>
    public const int ViewLimit = 1024;

    /// <summary>The longest patience on the wire; a longer one is cut to it.</summary>
    public static readonly TimeSpan PatienceLimit = TimeSpan.FromDays(1);

    /// <summary>Measures a message.</summary>
    /// <returns>False if its frame would be over <paramref name="limitBytes"/>.</returns>
    public static bool TryMeasure(PeerMessage message, int limitBytes, out MeasuredMessage measured)
    {
        var sink = default(MeasuringSink);
        Describe(message, ref sink);
        measured = sink.SizeBytes <= limitBytes ? new MeasuredMessage(message, (int)sink.SizeBytes) : default;
        return measured.Message is not null && measured.FrameBytes <= limitBytes;
    }

    /// <summary>Writes a frame with its length prefix.</summary>
    /// <param name="measured">The message.</param>
    /// <param name="target">Takes <see cref="MeasuredMessage.SizeBytes"/>.</param>
    public static void Write(MeasuredMessage measured, Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)measured.FrameBytes);
        var sink = new SpanSink(target[PrefixBytes..measured.SizeBytes]);
        sink.Nested(FieldOf(measured.Message), measured.BodyBytes);
        Describe(measured.Message, ref sink);
        if (sink.Position != measured.FrameBytes)
        {
            throw new InvalidOperationException(
                $"A {measured.Message.GetType().Name} measured {measured.FrameBytes} bytes and took {sink.Position}: it changed on the way.");
        }
    }
}
