using System.Buffers;

namespace ActorQuorum.Transport;

/// <summary>Gathers frames that leave in one write.</summary>
internal sealed class FrameBatch : IDisposable
{
    private const int BaseBytes = 128 << 10;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(BaseBytes);
    private int length;

    /// <summary>What was gathered.</summary>
    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, length);

    /// <summary>Adds a frame if it fits beside those already there; alone, any frame fits.</summary>
    public bool TryAdd(MeasuredMessage message)
    {
        if (length + message.SizeBytes > buffer.Length)
        {
            if (length > 0)
            {
                return false;
            }

            Replace(message.SizeBytes);
        }

        PeerCodec.Write(message, buffer.AsSpan(length));
        length += message.SizeBytes;
        return true;
    }

    /// <summary>Begins anew, once the batch was sent.</summary>
    public void Clear()
    {
        length = 0;
        if (buffer.Length > 2 * BaseBytes)
        {
            Replace(BaseBytes);
        }
    }

    /// <summary>Gives the memory back; not while a write is under way.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private void Replace(int sizeBytes)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = ArrayPool<byte>.Shared.Rent(sizeBytes);
    }
}
