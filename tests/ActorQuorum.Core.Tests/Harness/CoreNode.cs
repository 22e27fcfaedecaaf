using ActorQuorum.Core.Raft;
using TimePassed = ActorQuorum.Core.Raft.Tick;

namespace ActorQuorum.Core.Tests.Harness;

/// <summary>One core and its hand-driven disk: what a turn asks for is kept until the test lets it happen.</summary>
internal sealed class CoreNode
{
    private readonly CoreCluster _cluster;
    private readonly Queue<Persist> _disk = new();
    private long _handedOver;

    public CoreNode(CoreCluster cluster, RaftOptions options, DurableState durable)
    {
        _cluster = cluster;
        Options = options;
        State = durable.State;
        Entries = [.. durable.Entries];
        Core = new(options, durable, cluster.Now);
    }

    public CoreCluster Cluster => _cluster;

    public RaftOptions Options { get; }

    public RaftCore Core { get; }

    public MemberId Id => Core.Self;

    public Role Role => Core.Role;

    public long Term => Core.Term;

    public long CommitIndex => Core.CommitIndex;

    /// <summary>Whether the process lives; a stopped one neither hears nor ticks.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>What the disk would give back after a crash.</summary>
    public HardState State { get; private set; }

    public List<Entry> Entries { get; }

    /// <summary>Work that the disk has not yet done.</summary>
    public IReadOnlyCollection<Persist> Disk => _disk;

    /// <summary>Whether the state machine reports each range as soon as it is handed over.</summary>
    public bool AppliesAtOnce { get; set; } = true;

    /// <summary>All entries handed to the state machine since the start, in order.</summary>
    public List<Entry> Applied { get; } = [];

    public List<Accepted> Accepted { get; } = [];

    public List<long> Refused { get; } = [];

    public List<ReadReady> Reads { get; } = [];

    public List<RoleChange> RoleChanges { get; } = [];

    public long[] LogTerms => [.. Enumerable.Range(1, (int)Core.Log.LastIndex).Select(i => Core.Log.TermAt(i))];

    /// <summary>One turn: any number of inputs, then the end.</summary>
    public void Turn(params RaftInput[] inputs)
    {
        foreach (var input in inputs) Core.Step(_cluster.Now, input);
        var effects = Core.EndTurn();
        _cluster.Send(this, effects.Messages);
        if (effects.Persist is { } persist) _disk.Enqueue(persist);
        Accepted.AddRange(effects.Accepted);
        Refused.AddRange(effects.Refused.Select(r => r.RequestId));
        Reads.AddRange(effects.Reads);
        RoleChanges.AddRange(effects.RoleChanges);
        foreach (var entry in effects.Apply)
        {
            _cluster.WatchApplied?.Invoke(this, entry);
            Applied.Add(entry);
        }

        if (!effects.Apply.IsEmpty) _handedOver = effects.Apply[^1].Index;
        Core.BeginTurn();
        _cluster.TurnEnded(this);
        if (AppliesAtOnce && _handedOver > Core.AppliedIndex) Turn(new Applied(_handedOver));
    }

    public void Tick() => Turn(TimePassed.Instance);

    public void Hear(params RaftMessage[] messages) => Turn([.. messages.Select(m => new Received(m))]);

    public void Propose(params long[] requestIds) => Turn([.. requestIds.Select(id => new Propose(id, Logs.Payload(id)))]);

    public void Read(params long[] requestIds) => Turn([.. requestIds.Select(id => new Read(id))]);

    /// <summary>The disk finishes its oldest work; the messages that rode on it leave, and the core is told.</summary>
    public Persisted SyncOne()
    {
        var done = WriteOne();
        Turn(done);
        return done;
    }

    /// <summary>The disk finishes its oldest work and the messages leave, but the core has not yet read the acknowledgement.</summary>
    public Persisted WriteOne()
    {
        var persist = _disk.Dequeue();
        if (persist.State is { } state) State = state;
        if (persist.TruncateFrom > 0) Entries.RemoveRange((int)persist.TruncateFrom - 1, Entries.Count - (int)persist.TruncateFrom + 1);
        foreach (var entry in persist.Entries)
        {
            entry.Index.ShouldBe(Entries.Count + 1, "the disk is handed entries without gaps");
            Entries.Add(entry);
        }

        Entries.Count.ShouldBe((int)persist.LastIndex, "a persist states where the log ends after it");
        _cluster.Send(this, persist.OnceDurable);
        return new(persist.LastIndex, persist.Generation, persist.Sequence);
    }

    public void Sync()
    {
        while (_disk.Count > 0) SyncOne();
    }

    /// <summary>The process dies and starts again from what was durable.</summary>
    public CoreNode Restart() => _cluster.Replace(this, new(State, [.. Entries]), Options.Incarnation);

    /// <summary>The process dies, its disk is lost, and it starts with an empty one.</summary>
    public CoreNode Wipe() => _cluster.Replace(this, DurableState.Empty, Options.Incarnation + 1);
}
