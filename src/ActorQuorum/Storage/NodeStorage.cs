using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;

namespace ActorQuorum.Storage;

/// <summary>A node's storage, opened: whose it is, what it held, and where the log goes on.</summary>
internal sealed class NodeStorage : IDisposable
{
    private const int Group = 0;
    private readonly DataDirectory? _directory;

    private NodeStorage(ulong clusterId, ulong incarnation, DurableState durable, ILogStore log, DataDirectory? directory)
    {
        ClusterId = clusterId;
        Incarnation = incarnation;
        Durable = durable;
        Log = log;
        _directory = directory;
    }

    /// <summary>The cluster: as the configuration names it, or the one that the node went on with alone.</summary>
    public ulong ClusterId { get; }

    /// <summary>The number of the data directory; of this process, without one.</summary>
    public ulong Incarnation { get; }

    /// <summary>What the disk held.</summary>
    public DurableState Durable { get; }

    /// <summary>Whether the directory was reset: then a cluster was founded before it, and it founds none.</summary>
    public bool IsReset { get; private init; }

    /// <summary>Where the log goes on.</summary>
    public ILogStore Log { get; }

    /// <summary>The snapshots; null without a disk, where each is made when a follower needs one.</summary>
    public SnapshotFiles? Snapshots { get; private init; }

    /// <summary>What recovery did, for the log.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Opens what the options name.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="options">The node's settings.</param>
    /// <param name="identity">Who the node is.</param>
    /// <param name="drawIncarnation">Draws a random number.</param>
    /// <param name="machine">An empty state machine; holds what the newest snapshot holds when this returns.</param>
    /// <exception cref="DataDirectoryException">The directory is locked, foreign or incomplete, or its log asks for processors that this build lacks.</exception>
    /// <exception cref="StorageDamagedException">Bytes that were durable are damaged.</exception>
    public static NodeStorage Open(
        IFileSystem files, NodeOptions options, ClusterIdentity identity, Func<ulong> drawIncarnation, IStateMachine machine)
    {
        if (options.Storage == StorageKind.Memory)
            return new(identity.ClusterId, drawIncarnation(), DurableState.Empty, new MemoryLog(), null);
        var self = identity.Self;
        var directory = DataDirectory.Open(files, options.DataDirectory, identity.ClusterId, self.Id, self.Name, drawIncarnation);
        try
        {
            var storage = Open(files, directory, options.Log.SegmentSizeBytes, machine);
            DemandProcessors(storage, directory, self.Name, machine);
            return storage;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Opens what a data directory holds.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="segmentSizeBytes">The size of the log's segments.</param>
    /// <param name="machine">An empty state machine.</param>
    /// <param name="isOwner">Whether the directory is let go with this.</param>
    public static NodeStorage Open(
        IFileSystem files, DataDirectory directory, long segmentSizeBytes, IStateMachine machine, bool isOwner = true)
    {
        var identity = directory.Identity;
        var notes = new List<string>();
        var snapshots = new SnapshotFiles(files, directory.SnapshotDirectory, identity.ClusterId);
        var log = WriteAheadLog.Open(files, directory.LogDirectory, new()
        {
            ClusterId = identity.ClusterId,
            Member = identity.Member,
            Incarnation = identity.Incarnation,
            SegmentSizeBytes = segmentSizeBytes,
        }, out var recovered);
        try
        {
            notes.AddRange(recovered.Notes);
            var snapshot = snapshots.Restore(machine, notes);
            var group = recovered.Groups.GetValueOrDefault(Group) ?? new(HardState.Initial, []);
            var durable = LogJoint.Join(group, snapshot, snapshots, log, notes);
            snapshots.DeleteOlder();
            log.TakeTrim()?.Invoke();
            return new(identity.ClusterId, identity.Incarnation, durable, log, isOwner ? directory : null)
            {
                IsReset = identity.IsReset, Snapshots = snapshots, Notes = notes,
            };
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>A node that lacks a processor would have to stop itself later on, in the middle of its work; here it has not begun to take part.</summary>
    private static void DemandProcessors(NodeStorage storage, DataDirectory directory, string name, IStateMachine machine)
    {
        if (MissingProcessors.Name(storage.Durable, machine) is not { } missing) return;
        storage.Log.Dispose();
        throw new DataDirectoryException(
            $"The log in {directory.LogDirectory} asks for what this build of {name} does not add: {missing}. Passed over, they would leave {name} with another state "
            + "than the others. Start it with the build that the others run: it goes on where it stopped. Where they have removed a processor for good, "
            + "reset it: it takes all from them.");
    }

    /// <summary>Lets the directory go. The log is closed by whoever writes it.</summary>
    public void Dispose() => _directory?.Dispose();
}
