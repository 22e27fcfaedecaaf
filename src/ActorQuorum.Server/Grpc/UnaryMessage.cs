using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace ActorQuorum.Server.Grpc;

/// <summary>
/// The one message of a unary call: a byte that says whether it is compressed, four bytes of length, the message. The length is judged
/// before memory is taken for it, and the message is copied once, into an array of its size with room for a prefix.
/// </summary>
/// <param name="prefixBytes">The room left free before the message.</param>
/// <param name="limitBytes">The largest message.</param>
/// <param name="budget">What all messages together may take.</param>
internal sealed class UnaryMessage(int prefixBytes, int limitBytes, ByteBudget budget) : IDisposable
{
    private const int FrameHeaderBytes = 5;

    private int _takenBytes;
    private int _filledBytes;

    /// <summary>The room for the prefix, and the message.</summary>
    public byte[]? Buffer { get; private set; }

    /// <summary>Reads the message and the end of the request.</summary>
    public async ValueTask<GrpcStatus> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var bytes = result.Buffer;
            if (Buffer is null && bytes.Length < FrameHeaderBytes && !result.IsCompleted)
            {
                reader.AdvanceTo(bytes.Start, bytes.End);
                continue;
            }

            var status = Take(bytes);
            reader.AdvanceTo(bytes.End);
            if (status.Code != GrpcCode.Ok || result.IsCompleted)
            {
                return status.Code != GrpcCode.Ok || _filledBytes == Buffer!.Length ? status : Truncated;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        budget.Return(_takenBytes);
        _takenBytes = 0;
    }

    private static GrpcStatus Truncated => new(GrpcCode.Internal, "grpc: the request ended before its message did");

    private GrpcStatus Take(ReadOnlySequence<byte> bytes)
    {
        if (Buffer is null)
        {
            if (bytes.Length < FrameHeaderBytes)
            {
                return Truncated;
            }

            if (Open(bytes.Slice(0, FrameHeaderBytes)) is { Code: not GrpcCode.Ok } refused)
            {
                return refused;
            }

            bytes = bytes.Slice(FrameHeaderBytes);
        }

        if (bytes.Length > Buffer!.Length - _filledBytes)
        {
            return new GrpcStatus(GrpcCode.Internal, "grpc: more bytes came than the one message of this call");
        }

        bytes.CopyTo(Buffer.AsSpan(_filledBytes));
        _filledBytes += (int)bytes.Length;
        return GrpcStatus.Ok;
    }

    private GrpcStatus Open(ReadOnlySequence<byte> frameHeader)
    {
        Span<byte> header = stackalloc byte[FrameHeaderBytes];
        frameHeader.CopyTo(header);
        if (header[0] != 0)
        {
            return header[0] == 1
                ? new GrpcStatus(GrpcCode.Unimplemented, "grpc: compressed messages are not supported: send them as they are")
                : new GrpcStatus(GrpcCode.Internal, $"grpc: received unexpected payload format {header[0]}");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > limitBytes)
        {
            return new GrpcStatus(GrpcCode.ResourceExhausted, $"grpc: received message larger than max ({length} vs. {limitBytes})");
        }

        if (!budget.TryTake((int)length))
        {
            return new GrpcStatus(GrpcCode.ResourceExhausted, "etcdserver: too many requests");
        }

        _takenBytes = (int)length;
        Buffer = GC.AllocateUninitializedArray<byte>(prefixBytes + (int)length);
        _filledBytes = prefixBytes;
        return GrpcStatus.Ok;
    }
}
