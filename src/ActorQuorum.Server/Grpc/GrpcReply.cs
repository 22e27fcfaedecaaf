using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using ActorQuorum.Server.Etcd;

namespace ActorQuorum.Server.Grpc;

/// <summary>Answers one unary call.</summary>
/// <param name="buffer">Room for a prefix (<see cref="GrpcApplication.PrefixBytes"/>) and the message; the method may keep it.</param>
/// <param name="cancellationToken">The client gave up, or its deadline passed.</param>
internal delegate ValueTask<GrpcReply> GrpcMethod(byte[] buffer, CancellationToken cancellationToken);

/// <summary>A call's answer: a status, and with success a message whose first field is etcd's header.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="Header">The header.</param>
/// <param name="Payload">The message's other fields, encoded.</param>
internal readonly record struct GrpcReply(GrpcStatus Status, AnswerHeader Header, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Writes the messages of an answer that has many, frame by frame; null for one of a single message.</summary>
    public Func<PipeWriter, CancellationToken, ValueTask>? Stream { get; init; }

    private const int FrameHeaderBytes = 5;

    // What fits into one block of Kestrel's memory goes out with headers and trailers at once; longer answers are sent piece by piece, so
    // that a slow reader holds back the copy and not only the bytes.
    private const int PieceBytes = 32 << 10;

    /// <summary>An answer without a message.</summary>
    public static GrpcReply Failure(GrpcStatus status) => new(status, default, default);

    /// <summary>Writes the message's frame. The header field is put before the payload without decoding it.</summary>
    public async ValueTask WriteMessageAsync(PipeWriter writer, CancellationToken cancellationToken)
    {
        if (Stream is { } stream)
        {
            await stream(writer, cancellationToken);
            return;
        }

        WriteFront(writer);
        var left = Payload;
        while (left.Length > PieceBytes)
        {
            var flushed = await writer.WriteAsync(left[..PieceBytes], cancellationToken);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return;
            }

            left = left[PieceBytes..];
        }

        writer.Write(left.Span);
    }

    private void WriteFront(PipeWriter writer)
    {
        var headerBytes = Header.FieldSize;
        var span = writer.GetSpan(FrameHeaderBytes + headerBytes);
        span[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)(headerBytes + Payload.Length));
        Header.WriteField(span.Slice(FrameHeaderBytes, headerBytes));
        writer.Advance(FrameHeaderBytes + headerBytes);
    }
}
