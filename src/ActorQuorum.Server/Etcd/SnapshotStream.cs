using System.Buffers.Binary;
using System.IO.Pipelines;
using ActorQuorum.Actors;
using ActorQuorum.Server.Etcd.Wire;
using ActorQuorum.Server.Grpc;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Etcd;

/// <summary>Maintenance/Snapshot's answer: one message a piece, and as with etcd the last 32 bytes of all pieces together are their SHA-256.</summary>
internal static class SnapshotStream
{
    private const int FrameHeaderBytes = 5;
    private const int PieceBytes = 64 << 10;

    /// <summary>
    /// A client that takes no piece for so long is cut off, as its snapshot takes room on the node's disk. Long enough for a network that is down for
    /// a while, and less than 2 KiB a second. Kestrel's own least rate does not see a client that gives HTTP/2 no window.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends a snapshot, and disposes of it.</summary>
    /// <exception cref="StalledClientException">The client took no piece for too long.</exception>
    /// <exception cref="QuorumException">The node needs the snapshot's place.</exception>
    public static async ValueTask SendAsync(
        SnapshotExport export, NodeStatus status, PipeWriter writer, TimeProvider time, CancellationToken cancellationToken)
    {
        using var sent = export;
        using var stalled = new CancellationTokenSource(s_patience, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, export.CutOff, stalled.Token);
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

            if (!await FlushAsync(writer, export, stalled.Token, ending.Token, cancellationToken))
            {
                return;
            }

            stalled.CancelAfter(s_patience);
        }
    }

    /// <summary>A slow client holds back the next piece, and so no memory.</summary>
    private static async ValueTask<bool> FlushAsync(
        PipeWriter writer, SnapshotExport export, CancellationToken stalled, CancellationToken ending, CancellationToken gone)
    {
        try
        {
            // Not the flush is given up, for with that Kestrel would cut the call off, but waiting for it.
            var flushed = await writer.FlushAsync(gone).AsTask().WaitAsync(ending);
            return !flushed.IsCompleted && !flushed.IsCanceled;
        }
        catch (OperationCanceledException) when (stalled.IsCancellationRequested)
        {
            throw new StalledClientException($"it took nothing of a snapshot of {export.SizeBytes} bytes for {s_patience.TotalSeconds} s");
        }
        catch (OperationCanceledException) when (export.CutOff.IsCancellationRequested)
        {
            export.ThrowIfCutOff();
            throw;
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
