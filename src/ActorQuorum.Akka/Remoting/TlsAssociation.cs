using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace ActorQuorum.Akka.Remoting;

/// <summary>One connection between two systems that have proved themselves: frames of a length of four bytes, little-endian, and a payload.</summary>
internal sealed class TlsAssociation : AssociationHandle
{
    // Sessions bound what a node has under way; this bounds what else the program sends.
    private const int QueuedFrames = 16_384;

    private readonly SslStream _stream;
    private readonly int _limitBytes;
    private readonly Action<TlsAssociation> _ended;
    private readonly Channel<ByteString> _queue =
        Channel.CreateBounded<ByteString>(new BoundedChannelOptions(QueuedFrames) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private int _isClosed;

    /// <summary>Takes over a stream whose handshake is done.</summary>
    public TlsAssociation(SslStream stream, Address local, Address remote, int limitBytes, Action<TlsAssociation> ended)
        : base(local, remote)
    {
        _stream = stream;
        _limitBytes = limitBytes;
        _ended = ended;
        _ = GuardAsync(WriteAsync);
        _ = GuardAsync(ReadAsync);
    }

    /// <inheritdoc/>
    public override bool Write(ByteString payload) => Volatile.Read(ref _isClosed) == 0 && _queue.Writer.TryWrite(payload);

    /// <inheritdoc/>
    [Obsolete("Akka marks it so, and calls it.")]
    public override void Disassociate() => Close(DisassociateInfo.Unknown);

    /// <summary>Ends the connection and says so.</summary>
    public void Close(DisassociateInfo info)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0) return;
        _queue.Writer.TryComplete();
        _stream.Dispose();
        _ended(this);
        ReadHandlerSource.Task.ContinueWith(
            read => read.Result.Notify(new Disassociated(info)),
            CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    // Two connections may bear one pair of addresses; Akka keeps its handles apart by these.
    /// <inheritdoc/>
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    private async Task GuardAsync(Func<Task> loop)
    {
        try
        {
            await loop().ConfigureAwait(false);
        }
        catch (Exception cause) when (cause is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is gone: that is how it ends.
        }
        finally
        {
            Close(DisassociateInfo.Unknown);
        }
    }

    private async Task WriteAsync()
    {
        var prefix = new byte[sizeof(uint)];
        await foreach (var payload in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(prefix, (uint)payload.Length);
            await _stream.WriteAsync(prefix).ConfigureAwait(false);
            await _stream.WriteAsync(payload.Memory).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync()
    {
        var listener = await ReadHandlerSource.Task.ConfigureAwait(false);
        var prefix = new byte[sizeof(uint)];
        while (await _stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false).ConfigureAwait(false) == prefix.Length)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
            if (length > _limitBytes) return;
            var payload = new byte[length];
            await _stream.ReadExactlyAsync(payload).ConfigureAwait(false);
            listener.Notify(new InboundPayload(UnsafeByteOperations.UnsafeWrap(payload)));
        }
    }
}
