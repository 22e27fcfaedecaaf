using System.Buffers.Binary;

namespace ActorQuorum.Cli.Bench;

/// <summary>HTTP/2's kinds of frame (RFC 9113 §6).</summary>
internal enum FrameKind
{
    /// <summary>A piece of a message.</summary>
    Data = 0,

    /// <summary>Header fields, or trailers.</summary>
    Headers = 1,

    /// <summary>A stream is given up.</summary>
    ResetStream = 3,

    /// <summary>The other side's settings, or the word that ours were taken.</summary>
    Settings = 4,

    /// <summary>A sign of life.</summary>
    Ping = 6,

    /// <summary>The connection ends.</summary>
    GoAway = 7,

    /// <summary>More may be sent.</summary>
    WindowUpdate = 8,

    /// <summary>More header fields.</summary>
    Continuation = 9,
}

/// <summary>Frames that wait to be sent in one write. Grows to what one turn needs and is then used again.</summary>
internal sealed class FrameBuffer
{
    public const int HeaderBytes = 9;

    private byte[] _bytes = new byte[64 << 10];
    private int _length;

    public bool IsEmpty => _length == 0;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Writes a frame's header; returns the room for its payload.</summary>
    public Span<byte> Frame(FrameKind kind, byte flags, int stream, int payloadBytes)
    {
        var frame = Take(HeaderBytes + payloadBytes);
        BinaryPrimitives.WriteInt32BigEndian(frame, payloadBytes << 8);
        frame[3] = (byte)kind;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame[5..], stream);
        return frame[HeaderBytes..];
    }

    private Span<byte> Take(int count)
    {
        if (_bytes.Length - _length < count) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
