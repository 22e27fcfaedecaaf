using ActorQuorum.Core.Raft;
using TimePassed = ActorQuorum.Core.Raft.Tick;

namespace ActorQuorum.Core.Tests.Harness;

/// <summary>One core and its hand-driven disk: what a turn asks for is kept until the test lets it happen.</summary>
internal sealed class CoreNode
{
    private readonly CoreCluster _cluster;
    private readonly Queue<Persist> _disk = new();
    private SnapshotTransfer? _arriving;
    private long _handedOver;

    public CoreNode(CoreCluster cluster, RaftOptions options, DurableState durable, IReadOnlyList<Entry> content)
    {
        _cluster = cluster;
        Options = options;
        State = durable.State;
        Entries = [.. durable.Entries];
        Base = durable.Base;
        Snapshot = durable.Snapshot;
        Applied = [.. content];
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

    /// <summary>Where the log on the disk begins.</summary>
    public LogBase Base { get; private set; }

    /// <summary>The snapshot on the disk; what it holds is, in these tests, all that was applied up to it.</summary>
    public SnapshotMark Snapshot { get; private set; }

    /// <summary>A snapshot that is being installed.</summary>
    public SnapshotTransfer? Installing { get; private set; }

    /// <summary>The last index that the disk holds.</summary>
    public long DurableIndex => Base.Index + Entries.Count;

    /// <summary>Work that the disk has not yet done.</summary>
    public IReadOnlyCollection<Persist> Disk => _disk;

    /// <summary>Whether the state machine reports each range as soon as it is handed over.</summary>
    public bool AppliesAtOnce { get; set; } = true;

    /// <summary>What the state machine was made of, in order: since the start, or as the snapshot has it.</summary>
    public List<Entry> Applied { get; private set; }

    public List<Accepted> Accepted { get; } = [];

    public List<long> Refused { get; } = [];

    public List<ReadReady> Reads { get; } = [];

    public List<RoleChange> RoleChanges { get; } = [];

    public List<ChangeDone> ChangesDone { get; } = [];

    public List<ChangeRefused> ChangesRefused { get; } = [];

    public List<ConfigurationInUse> Configurations { get; } = [];

    /// <summary>Whom a snapshot was wanted for, each time.</summary>
    public List<MemberId> Transfers { get; } = [];

    /// <summary>The terms of the entries behind the base.</summary>
    public long[] LogTerms => [.. LogEntries.Select(e => e.Term)];

    /// <summary>The entries behind the base, as the core has them.</summary>
    public IEnumerable<Entry> LogEntries
    {
        get
        {
            for (var index = Core.Log.FirstIndex; index <= Core.Log.LastIndex; index++) yield return Core.Log[index];
        }
    }

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
        ChangesDone.AddRange(effects.ChangesDone);
        ChangesRefused.AddRange(effects.ChangesRefused);
        if (effects.Configuration is { } configuration) Configurations.Add(configuration);
        Transfers.AddRange(effects.SnapshotsWanted);
        foreach (var to in effects.SnapshotsWanted) _cluster.Transfers.Add(new(this, to, Term, Snapshot, [.. Applied.Take((int)Snapshot.Index)]));
        if (effects.InstallSnapshot is { } mark) Installing = _arriving! with { Mark = mark };
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

    public override string ToString() =>
        $"{Id} {Role}{(IsUp ? "" : " down")}{(Core.IsProven ? "" : " unproven")} incarnation={Options.Incarnation} term={Term} vote={Core.Vote} leader={Core.Leader} "
        + $"commit={CommitIndex} applied={Core.AppliedIndex} base={Core.Log.BaseIndex} last={Core.Log.LastIndex}:{Core.Log.LastTerm} members=("
        + string.Join(' ', Core.Membership.Members.Select(m => $"{m.Id}{(m.IsVoter ? "" : "-")}{(m.IsOutgoing ? "+" : "")}{(m.IsPending ? "?" : "")}={m.Incarnation}")) + ")";

    public void Tick() => Turn(TimePassed.Instance);

    public void Hear(params RaftMessage[] messages) => Turn([.. messages.Select(m => new Received(m))]);

    public void Propose(params long[] requestIds) => Turn([.. requestIds.Select(id => new Propose(id, Logs.Payload(id)))]);

    public void Read(params long[] requestIds) => Turn([.. requestIds.Select(id => new Read(id))]);

    public void Change(long requestId, MembershipChange change) => Turn(new ChangeMembers(requestId, change));

    /// <summary>A snapshot of what is applied becomes durable, and the core is told.</summary>
    public void TakeSnapshot()
    {
        Snapshot = SnapshotMark.None.After([.. Applied]);
        Turn(new SnapshotTaken(Snapshot.Index));
    }

    /// <summary>A snapshot arrives whole.</summary>
    public void Hear(SnapshotTransfer transfer)
    {
        _arriving = transfer;
        Turn(new SnapshotArrived(transfer.From.Id, transfer.Term, transfer.Mark));
    }

    /// <summary>The snapshot that the core wanted installed is durable and in force.</summary>
    public void Install()
    {
        var installed = Installing!;
        Installing = null;
        Snapshot = installed.Mark;
        Applied = [.. installed.Content];
        _handedOver = Snapshot.Index;
        _cluster.WatchInstalled?.Invoke(this);
        Turn(new SnapshotInstalled(installed.Mark));
    }

    /// <summary>The term of what the disk holds at <paramref name="index"/>; -1 if it is not to be told.</summary>
    public long DurableTermAt(long index) =>
        index == Base.Index ? Base.Term : index > Base.Index && index <= DurableIndex ? Entries[(int)(index - Base.Index - 1)].Term : -1;

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
        if (persist.Base is { } begin)
        {
            if (begin.IsReset) Entries.Clear();
            else Entries.RemoveRange(0, (int)(begin.Index - Base.Index));
            Base = begin;
        }

        if (persist.TruncateFrom > 0) Entries.RemoveAll(e => e.Index >= persist.TruncateFrom);
        foreach (var entry in persist.Entries)
        {
            entry.Index.ShouldBe(DurableIndex + 1, "the disk is handed entries without gaps");
            Entries.Add(entry);
        }

        DurableIndex.ShouldBe(persist.LastIndex, "a persist states where the log ends after it");
        _cluster.Send(this, persist.OnceDurable);
        return new(persist.LastIndex, persist.Generation, persist.Sequence);
    }

    public void Sync()
    {
        while (_disk.Count > 0) SyncOne();
    }

    /// <summary>What the disk would give back after a crash, as a start reads it.</summary>
    public DurableState Durable => new(State, [.. Entries]) { Base = Base, Snapshot = Snapshot };

    /// <summary>The process dies and starts again from what was durable.</summary>
    public CoreNode Restart() => _cluster.Replace(
        this, Durable, Options.Incarnation, [.. Applied.Take((int)Snapshot.Index)], foundsNothing: Options.IsJoining);

    /// <summary>The process dies, and starts as a cluster of one from what was durable.</summary>
    public CoreNode GoAlone() => _cluster.Replace(
        this, ClusterOfOne.Of(Durable, new(Id, Options.Incarnation + 1), new($"n{Id.Value}", "", "")), Options.Incarnation + 1,
        [.. Applied.Take((int)Snapshot.Index)]);

    /// <summary>The process dies, its disk is lost, and it starts with an empty one.</summary>
    public CoreNode Wipe() => _cluster.Replace(this, DurableState.Empty, Options.Incarnation + 1);

    /// <summary>The same, by an operator's will: it knows that its cluster was founded before.</summary>
    public CoreNode Reset() => _cluster.Replace(this, DurableState.Empty, Options.Incarnation + 1, foundsNothing: true);
}

/// <summary>A snapshot on its way: what it says, and what it holds.</summary>
internal sealed record SnapshotTransfer(CoreNode From, MemberId To, long Term, SnapshotMark Mark, IReadOnlyList<Entry> Content);
