using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>A node's storage, opened: whose it is, what it held, and where the log goes on.</summary>
internal sealed class NodeStorage : IDisposable
{
    private const int Group = 0;
    private readonly DataDirectory? _directory;

    private NodeStorage(ulong incarnation, DurableState durable, ILogStore log, IReadOnlyList<string> notes, DataDirectory? directory)
    {
        Incarnation = incarnation;
        Durable = durable;
        Log = log;
        Notes = notes;
        _directory = directory;
    }

    /// <summary>The number of the data directory; of this process, without one.</summary>
    public ulong Incarnation { get; }

    /// <summary>What the disk held.</summary>
    public DurableState Durable { get; }

    /// <summary>Where the log goes on.</summary>
    public ILogStore Log { get; }

    /// <summary>What recovery did, for the log.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Opens what the options name.</summary>
    /// <exception cref="DataDirectoryException">The directory is locked, foreign or incomplete.</exception>
    /// <exception cref="StorageDamagedException">Bytes that were durable are damaged.</exception>
    public static NodeStorage Open(IFileSystem files, NodeOptions options, ClusterIdentity identity, Func<ulong> drawIncarnation) =>
        options.Storage == StorageKind.Memory
            ? new(drawIncarnation(), DurableState.Empty, new MemoryLog(), [], null)
            : OpenDisk(files, options, identity, drawIncarnation);

    /// <summary>Lets the directory go. The log is closed by whoever writes it.</summary>
    public void Dispose() => _directory?.Dispose();

    private static NodeStorage OpenDisk(IFileSystem files, NodeOptions options, ClusterIdentity identity, Func<ulong> drawIncarnation)
    {
        var self = identity.Self;
        var directory = DataDirectory.Open(files, options.DataDirectory, identity.ClusterId, self.Id, self.Name, drawIncarnation);
        try
        {
            var log = WriteAheadLog.Open(files, directory.LogDirectory, new()
            {
                ClusterId = identity.ClusterId,
                Member = self.Id,
                Incarnation = directory.Incarnation,
                SegmentSizeBytes = options.Log.SegmentSizeBytes,
            }, out var recovered);
            var durable = recovered.Groups.TryGetValue(Group, out var group) ? new DurableState(group.State, group.Entries) : DurableState.Empty;
            return new(directory.Incarnation, durable, log, recovered.Notes, directory);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }
}
