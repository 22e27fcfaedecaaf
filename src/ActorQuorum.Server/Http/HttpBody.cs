using System.Buffers;
using System.IO.Pipelines;
using ActorQuorum.Server.Grpc;

namespace ActorQuorum.Server.Http;

/// <summary>
/// A request's body, read whole. Its declared length is judged before memory is taken; one that declares none grows with what comes.
/// </summary>
/// <param name="limitBytes">The largest body.</param>
/// <param name="budget">What all requests together may take.</param>
internal sealed class HttpBody(int limitBytes, ByteBudget budget) : IDisposable
{
    private const int SmallBytes = 4 << 10;

    private byte[] _bytes = [];
    private int _takenBytes;
    private int _filledBytes;

    /// <summary>What was read.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _filledBytes);

    /// <summary>Reads the body.</summary>
    public async ValueTask<GrpcStatus> ReadAsync(PipeReader reader, long? declaredBytes, CancellationToken cancellationToken)
    {
        if (MakeRoom(declaredBytes ?? 0) is { Code: not GrpcCode.Ok } refused)
        {
            return refused;
        }

        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var piece = result.Buffer;
            var status = MakeRoom(_filledBytes + piece.Length);
            if (status.Code == GrpcCode.Ok)
            {
                piece.CopyTo(_bytes.AsSpan(_filledBytes));
                _filledBytes += (int)piece.Length;
            }

            reader.AdvanceTo(piece.End);
            if (status.Code != GrpcCode.Ok || result.IsCompleted)
            {
                return status;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        budget.Return(_takenBytes);
        _takenBytes = 0;
    }

    private GrpcStatus MakeRoom(long wantedBytes)
    {
        if (wantedBytes <= _bytes.Length)
        {
            return GrpcStatus.Ok;
        }

        if (wantedBytes > limitBytes)
        {
            return new GrpcStatus(GrpcCode.ResourceExhausted, $"actorquorum: the JSON is over {limitBytes} bytes; send less at once, or use gRPC");
        }

        var size = (int)Math.Min(limitBytes, Math.Max(wantedBytes, Math.Max(SmallBytes, 2L * _filledBytes)));
        if (!budget.TryTake(size - _takenBytes))
        {
            return new GrpcStatus(GrpcCode.ResourceExhausted, "etcdserver: too many requests");
        }

        _takenBytes = size;
        Array.Resize(ref _bytes, size);
        return GrpcStatus.Ok;
    }
}
