using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;

namespace ActorQuorum.Storage;

/// <summary>The data directory of a node that does not run, opened to be worked on; the node cannot start meanwhile.</summary>
internal sealed class StoppedNode : IDisposable
{
    private readonly IFileSystem _files;
    private readonly DataDirectory _directory;
    private readonly ClusterIdentity _configured;
    private readonly long _segmentSizeBytes;

    private StoppedNode(IFileSystem files, DataDirectory directory, ClusterIdentity configured, long segmentSizeBytes)
    {
        _files = files;
        _directory = directory;
        _configured = configured;
        _segmentSizeBytes = segmentSizeBytes;
    }

    /// <summary>Whose directory it is.</summary>
    public IdentityFile Identity => _directory.Identity;

    /// <summary>Opens the data directory of the node that the options name.</summary>
    /// <exception cref="DataDirectoryException">There is none, it is another's, or its node runs.</exception>
    public static StoppedNode Open(IFileSystem files, NodeOptions options)
    {
        if (options.Storage == StorageKind.Memory)
            throw new DataDirectoryException($"{options.Name} keeps nothing on disk (storage = memory): a restart is all it takes.");

        // A node that joined has its numbers from that cluster; its file names only itself.
        ClusterJoin? joined = JoinFile.Read(files, options.DataDirectory);
        ClusterIdentity configured = ClusterIdentity.Of(options with { Join = joined });
        DataDirectory directory = DataDirectory.OpenStopped(files, options.DataDirectory);
        IdentityFile identity = directory.Identity;

        // Died a reset node while it joined another cluster, its two files may name one each; the next start mends that.
        bool isBetween = identity.IsReset && joined is not null && identity.MemberName == configured.Self.Name;
        if (isBetween || (identity.Member == configured.Self.Id && identity.ConfiguredAs == configured.ClusterId))
            return new StoppedNode(files, directory, configured, options.Log.SegmentSizeBytes);
        directory.Dispose();
        throw new DataDirectoryException(
            $"The data directory {options.DataDirectory} belongs to member {identity.MemberName} ({identity.Member}) of cluster {identity.ConfiguredAs:x16}, "
            + $"but the configuration names member {configured.Self.Name} ({configured.Self.Id}) of cluster {configured.ClusterId:x16}.");
    }

    /// <summary>
    /// Clears log, term and vote. The node is a new one under its old name: with a new incarnation it follows, and votes only once its cluster has
    /// taken it in; it founds none. A node that had gone on alone belongs to its configured cluster again; told to, it joins another.
    /// </summary>
    /// <param name="drawIncarnation">Draws a number that is greater than the one before.</param>
    public void Reset(Func<ulong> drawIncarnation) => NewEra.Begin(
        _files,
        _directory.Root,
        Identity with
        {
            ClusterId = Identity.ConfiguredAs, Incarnation = DataDirectory.Draw(drawIncarnation), Era = Identity.Era + 1, IsReset = true,
        },
        _segmentSizeBytes);

    /// <summary>What the node holds.</summary>
    public Holdings Read()
    {
        var machine = new KeyValueStore();
        using NodeStorage storage = NodeStorage.Open(_files, _directory, _segmentSizeBytes, machine, isOwner: false);
        storage.Log.Dispose();
        return new Holdings(machine, storage.Durable);
    }

    /// <summary>
    /// The node goes on as a cluster of one, with a new cluster id and a higher term: nobody of the old cluster hears it any more. All entries of its log
    /// are kept, for which of them were committed no node can tell alone.
    /// </summary>
    /// <returns>The identity from now on.</returns>
    /// <exception cref="DataDirectoryException">It holds nothing that it could go on with.</exception>
    public IdentityFile GoAlone(Holdings holdings, Func<ulong> drawIncarnation, Func<ulong> drawClusterId, DateTimeOffset now)
    {
        if (holdings.LastIndex == 0)
            throw new DataDirectoryException($"{_directory.Root} holds no entry yet: there is nothing to go on with. Start the node with a configuration of its own instead.");
        IdentityFile identity = Identity with
        {
            ClusterId = DataDirectory.Draw(drawClusterId), Incarnation = DataDirectory.Draw(drawIncarnation), Era = Identity.Era + 1, IsReset = false,
        };
        BeginAlone(_files, _directory.Root, identity, _configured.Self, holdings, _segmentSizeBytes, now);
        return identity;
    }

    /// <summary>A new data directory from a snapshot: a cluster of one, with a new cluster id and a higher term, to which others can be added.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="snapshot">The snapshot, which this owns from now on.</param>
    /// <param name="path">Its path, for errors.</param>
    /// <param name="options">The node that it is for; its data directory must not be one yet.</param>
    /// <param name="drawIncarnation">Draws the directory's number.</param>
    /// <param name="drawClusterId">Draws the cluster's number.</param>
    /// <param name="now">The clock of the machine.</param>
    /// <returns>What the snapshot stands for, and the identity of the new directory.</returns>
    public static (SnapshotHead Head, IdentityFile Identity) Restore(
        IFileSystem files, IFile snapshot, string path, NodeOptions options, Func<ulong> drawIncarnation, Func<ulong> drawClusterId, DateTimeOffset now)
    {
        var machine = new KeyValueStore();
        SnapshotHead head = ReadWhole(snapshot, path, machine);
        files.CreateDirectory(options.DataDirectory);
        using IDisposable taken = DataDirectory.Take(files, options.DataDirectory);
        if (files.List(options.DataDirectory).Contains(IdentityFile.Name))
        {
            throw new DataDirectoryException(
                $"{options.DataDirectory} is a node's data directory already. Name one that is not there yet, or move it away first; nothing was changed.");
        }

        // Without its identity a log may still be somebody's: nothing is written over what is not understood.
        if (files.HasDirectories(options.DataDirectory) || !files.List(options.DataDirectory).All(DataDirectory.IsOfLock))
        {
            throw new DataDirectoryException(
                $"{options.DataDirectory} is not empty, and may hold a node's log. Name a directory that is not there yet, or move this one away first; nothing was changed.");
        }

        ClusterIdentity configured = ClusterIdentity.Of(options);
        var identity = new IdentityFile(
            DataDirectory.Draw(drawClusterId), configured.Self.Id, configured.Self.Name, DataDirectory.Draw(drawIncarnation))
        {
            Era = 1, ConfiguredAs = configured.ClusterId,
        };
        var held = new DurableState(HardState.Initial, [])
        {
            Base = new LogBase(head.Mark.Index, head.Mark.Term, IsReset: false), Snapshot = head.Mark,
        };
        BeginAlone(files, options.DataDirectory, identity, configured.Self, new Holdings(machine, held), options.Log.SegmentSizeBytes, now);
        return (head, identity);
    }

    /// <summary>Reads a snapshot that was elsewhere meanwhile: every checksum and the hash are checked.</summary>
    private static SnapshotHead ReadWhole(IFile file, string path, KeyValueStore machine)
    {
        using var reader = new SnapshotReader(file, path, withHash: true);
        IStateRestore restore = machine.BeginRestore();
        restore.Read(reader);
        reader.Finish();
        restore.Install();
        return reader.Head;
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private static void BeginAlone(
        IFileSystem files, string root, IdentityFile identity, MemberInfo self, Holdings holdings, long segmentSizeBytes, DateTimeOffset now)
    {
        DurableState alone = ClusterOfOne.Of(
            holdings.Durable, new Member(identity.Member, identity.Incarnation), new MemberContact(self.Name, self.PeerAddress, self.ClientAddress));
        NewEra.Begin(files, root, identity, segmentSizeBytes, holdings.Snapshot, alone, now);
    }

    /// <summary>What a stopped node holds.</summary>
    /// <param name="Snapshot">The state that its newest snapshot stands for; empty without one.</param>
    /// <param name="Durable">Its log, term, vote and identity.</param>
    internal sealed record Holdings(KeyValueStore Snapshot, DurableState Durable)
    {
        /// <summary>Up to here all is known to be committed; of what follows nobody knows here.</summary>
        public long CommittedIndex => Durable.Snapshot.Index;

        /// <summary>The last entry that it holds.</summary>
        public long LastIndex => Durable.LastIndex;

        /// <summary>That entry's term.</summary>
        public long LastTerm => Durable.LastTerm;

        /// <summary>The node's term.</summary>
        public long Term => Durable.State.Term;
    }
}
