using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;

namespace ActorQuorum.Server.Tests.Etcd;

/// <summary>Snapshots to take away, of bytes that mean nothing; it is counted which are still being read.</summary>
internal sealed class FakeSnapshots
{
    private readonly MemoryFiles _files = new();
    private readonly List<SnapshotExport> _out = [];

    /// <summary>What one holds.</summary>
    public byte[] Bytes { get; set; } = [.. Enumerable.Range(0, 5 << 20).Select(i => (byte)(i * 7))];

    /// <summary>Those that are being read.</summary>
    public IReadOnlyList<SnapshotExport> Out
    {
        get
        {
            lock (_out) return [.. _out];
        }
    }

    public SnapshotExport Take()
    {
        const string Name = "a.snap";
        _files.Delete(Name);
        var file = _files.Open(Name, create: true);
        file.Append(Bytes);
        var head = new SnapshotHead(1, 0, new SnapshotMark(9, 3, Membership.Empty, []), DateTimeOffset.UnixEpoch);
        var export = new SnapshotExport(new SnapshotFile(Name, head, Bytes.Length), file, Ended);
        lock (_out) _out.Add(export);
        return export;
    }

    private void Ended(SnapshotExport export)
    {
        lock (_out) _out.Remove(export).ShouldBeTrue("it ends once");
    }
}
