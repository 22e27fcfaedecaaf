using System.Buffers.Binary;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Transport;

/// <summary>
/// What stands before each frame of a user's transport: as there is no connection to say it once, each frame says who speaks, to whom, and
/// which of the sender's frames it is (docs/wire.md).
/// </summary>
internal readonly record struct FrameEnvelope(
    ulong ClusterId, MemberId From, MemberId To, ulong Incarnation, ulong Session, ulong Number, FrameLane Lane)
{
    /// <summary>Its size.</summary>
    public const int SizeBytes = 56;

    private const uint Magic = 0x5146_5141;
    private const byte Version = 1;

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Version | ((uint)Lane << 8));
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], ClusterId);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], From.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], To.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], Incarnation);
        BinaryPrimitives.WriteUInt64LittleEndian(target[40..], Session);
        BinaryPrimitives.WriteUInt64LittleEndian(target[48..], Number);
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="PeerProtocolException">The bytes are none, or of another version.</exception>
    public static FrameEnvelope Read(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < SizeBytes) throw new PeerProtocolException($"{frame.Length} bytes are no frame: its head alone has {SizeBytes}");
        if (BinaryPrimitives.ReadUInt32LittleEndian(frame) != Magic) throw new PeerProtocolException("the bytes do not begin as a frame does");
        var kind = BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]);
        if ((byte)kind != Version || kind >> 8 > (uint)FrameLane.Bulk)
            throw new PeerProtocolException($"the frame is of kind {kind:x}, which is unknown here: run the same release on all members");
        return new(
            NumberAt(frame, 8), new(NumberAt(frame, 16)), new(NumberAt(frame, 24)), NumberAt(frame, 32), NumberAt(frame, 40), NumberAt(frame, 48), (FrameLane)(kind >> 8));
    }

    private static ulong NumberAt(ReadOnlySpan<byte> frame, int at) => BinaryPrimitives.ReadUInt64LittleEndian(frame[at..]);
}
