using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;

namespace ActorQuorum.Storage;

/// <summary>
/// Begins a data directory's content anew (docs/snapshots.md, "Eras"): log and snapshot of the new era are written beside the old ones, and count
/// from the moment in which the identity is replaced, which is one durable step. A crash before it leaves all as it was.
/// </summary>
internal static class NewEra
{
    /// <summary>An empty era: the node begins as one that never ran.</summary>
    public static void Begin(IFileSystem files, string root, IdentityFile identity, long segmentSizeBytes) =>
        Begin(files, root, identity, segmentSizeBytes, _ => { });

    /// <summary>An era that begins with a snapshot, if there is one, and a log behind it.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="root">The data directory.</param>
    /// <param name="identity">Whose it is from then on; its era says where things go.</param>
    /// <param name="segmentSizeBytes">The size of the log's segments.</param>
    /// <param name="machine">The state that the snapshot stands for.</param>
    /// <param name="durable">What the log holds, and what the snapshot says.</param>
    /// <param name="now">The clock of the machine.</param>
    public static void Begin(
        IFileSystem files, string root, IdentityFile identity, long segmentSizeBytes, IStateMachine machine, DurableState durable, DateTimeOffset now)
    {
        Begin(files, root, identity, segmentSizeBytes, log =>
        {
            if (durable.Snapshot.Index > 0)
                WriteSnapshot(files, root, identity, machine, new SnapshotHead(identity.ClusterId, 0, durable.Snapshot, now));
            LogBase? begin = durable.Base.Index > 0 ? durable.Base with { IsReset = true } : null;
            log.Write([new Persist(0, durable.State, 0, [.. durable.Entries], durable.LastIndex, 0, 0, []) { Base = begin }]);
        });
    }

    private static void Begin(IFileSystem files, string root, IdentityFile identity, long segmentSizeBytes, Action<ILogStore> fill)
    {
        foreach (string directory in (string[])
            [DataDirectory.LogDirectoryOf(root, identity.Era), DataDirectory.SnapshotDirectoryOf(root, identity.Era)])
        {
            files.CreateDirectory(directory);
            DataDirectory.Empty(files, directory);
            files.FlushDirectory(directory);
        }

        using (WriteAheadLog log = WriteAheadLog.Open(files, DataDirectory.LogDirectoryOf(root, identity.Era), new()
        {
            ClusterId = identity.ClusterId, Member = identity.Member, Incarnation = identity.Incarnation, SegmentSizeBytes = segmentSizeBytes,
        }, out _))
        {
            fill(log);
            log.Close();
        }

        DataDirectory.BeginEra(files, root, identity);
    }

    private static void WriteSnapshot(IFileSystem files, string root, IdentityFile identity, IStateMachine machine, SnapshotHead head)
    {
        var snapshots = new SnapshotFiles(files, DataDirectory.SnapshotDirectoryOf(root, identity.Era), identity.ClusterId);
        long sizeBytes;
        using (SnapshotWriter writer = snapshots.Begin(head))
        using (IStateCapture capture = machine.Capture())
        {
            while (capture.WriteSome(writer, 4 << 20))
                writer.Flush();
            writer.Complete();
            writer.Flush();
            sizeBytes = writer.FileBytes;
        }

        snapshots.Place(head, snapshots.AsideOf(head.Mark.Index), sizeBytes);
    }
}
