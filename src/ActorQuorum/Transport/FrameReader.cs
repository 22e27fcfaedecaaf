using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ActorQuorum.Transport;

/// <summary>Cuts what arrives on a socket into frames. Each lies whole in one piece of memory, which the next read reuses.</summary>
internal sealed class FrameReader(Socket socket, int limitBytes) : IDisposable
{
    private const int BaseBytes = 32 << 10;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(BaseBytes);
    private int start;
    private int end;

    /// <summary>The largest frame that is taken; a larger one is refused before memory is.</summary>
    public int LimitBytes { get; set; } = limitBytes;

    /// <summary>Reads the next frame, without its length prefix.</summary>
    /// <returns>The frame, valid until the next call; null once the peer closed the connection.</returns>
    /// <exception cref="PeerProtocolException">The frame is over the limit.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (!await FillAsync(PeerCodec.PrefixBytes, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(start));
        if (length > LimitBytes)
        {
            throw new PeerProtocolException($"a frame of {length} bytes is over the bound of {LimitBytes}");
        }

        if (!await FillAsync(PeerCodec.PrefixBytes + (int)length, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var frame = buffer.AsMemory(start + PeerCodec.PrefixBytes, (int)length);
        start += PeerCodec.PrefixBytes + (int)length;
        return frame;
    }

    /// <summary>Gives the memory back; not while a read is under way.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private async ValueTask<bool> FillAsync(int needed, CancellationToken cancellationToken)
    {
        if (end - start >= needed)
        {
            return true;
        }

        MakeRoom(needed);
        while (end - start < needed)
        {
            // Of a large frame no byte more than its own, so that nothing behind it must be moved.
            var room = needed > BaseBytes ? buffer.AsMemory(end, needed - (end - start)) : buffer.AsMemory(end);
            var received = await socket.ReceiveAsync(room, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            if (received == 0)
            {
                return false;
            }

            end += received;
        }

        return true;
    }

    private void MakeRoom(int needed)
    {
        // A large frame's buffer goes back as soon as small ones follow.
        var size = Math.Max(needed, BaseBytes);
        if (buffer.Length < needed || buffer.Length > 2 * size)
        {
            var other = ArrayPool<byte>.Shared.Rent(Math.Max(size, end - start));
            buffer.AsSpan(start, end - start).CopyTo(other);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = other;
        }
        else
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
        }

        end -= start;
        start = 0;
    }
}
