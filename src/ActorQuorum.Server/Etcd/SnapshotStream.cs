using System.Buffers.Binary;
using System.IO.Pipelines;
using ActorQuorum.Actors;
using ActorQuorum.Server.Etcd.Wire;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Etcd;

/// <summary>Maintenance/Snapshot's answer: one message a piece, and as with etcd the last 32 bytes of all pieces together are their SHA-256.</summary>
internal static class SnapshotStream
{
    private const int FrameHeaderBytes = 5;
    private const int PieceBytes = 64 << 10;

    /// <summary>Sends a snapshot, and disposes of it.</summary>
    public static async ValueTask SendAsync(SnapshotExport export, NodeStatus status, PipeWriter writer, CancellationToken cancellationToken)
    {
        using var sent = export;
        var piece = new byte[PieceBytes];
        for (long offset = 0; offset < export.SizeBytes;)
        {
            var read = export.Read(offset, piece);
            offset += read;
            var response = new SnapshotResponse
            {
                Header = new ResponseHeader
                {
                    ClusterId = status.ClusterId, MemberId = status.Self.Id.Value, Revision = status.Revision, RaftTerm = (ulong)status.Term,
                },
                RemainingBytes = (ulong)(export.SizeBytes - offset),
                Blob = UnsafeByteOperations.UnsafeWrap(piece.AsMemory(0, read)),
            };
            Write(writer, response);

            // A slow client holds back the next piece, and so no memory.
            var flushed = await writer.FlushAsync(cancellationToken);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return;
            }
        }
    }

    private static void Write(PipeWriter writer, SnapshotResponse response)
    {
        var size = response.CalculateSize();
        var span = writer.GetSpan(FrameHeaderBytes + size);
        span[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)size);
        response.WriteTo(span.Slice(FrameHeaderBytes, size));
        writer.Advance(FrameHeaderBytes + size);
    }
}
