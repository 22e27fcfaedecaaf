using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;
using ActorQuorum.Server.Tests.Etcd;
using ActorQuorum.StateMachines;

namespace ActorQuorum.Server.Tests;

/// <summary>A node without a cluster: commands go straight to a store. It can be told to fail, or to keep callers waiting.</summary>
internal sealed class FakeNode : IQuorumNode, IMembershipNode, ISnapshotNode
{
    private readonly Lock _gate = new();
    private readonly KeyValueStore _store = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _index;
    private int _waiting;

    /// <summary>What every request is refused with, if anything.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether requests wait until they are given up.</summary>
    public bool Holds { get; set; }

    /// <summary>How many requests wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How the last query was asked for.</summary>
    public Consistency? LastConsistency { get; private set; }

    /// <summary>How many requests reached the node.</summary>
    public int Requests { get; private set; }

    /// <summary>The leader that the status names.</summary>
    public MemberId Leader { get; set; } = new(0xA1);

    /// <summary>Whether the status says that the node is proven.</summary>
    public bool IsProven { get; set; } = true;

    /// <summary>What it gives away.</summary>
    public FakeSnapshots Snapshots { get; } = new();

    /// <summary>The members; changes change them.</summary>
    public List<MemberInfo> Members { get; } =
    [
        new MemberInfo(new MemberId(0xA1), "n1", "127.0.0.1:7101", "127.0.0.1:2391"),
        new MemberInfo(new MemberId(0xB2), "n2", "127.0.0.1:7102", "127.0.0.1:2392"),
    ];

    public Task Completion => Task.CompletedTask;

    public NodeStatus Status
    {
        get
        {
            lock (_gate)
            {
                return new NodeStatus
                {
                    ClusterId = 0xFEDC_BA98_7654_3210,
                    Self = new MemberInfo(new MemberId(0xA1), "n1", "127.0.0.1:7101", "127.0.0.1:2391"),
                    Members = [.. Members],
                    Role = Role.Leader,
                    Term = 7,
                    Leader = Leader,
                    LastIndex = _index + 2,
                    CommitIndex = _index + 1,
                    AppliedIndex = _index,
                    Revision = ((KeyValueView)_store.View).Revision,
                    LogSizeBytes = 12_345,
                    IsProven = IsProven,
                };
            }
        }
    }

    public Task<CommandResult> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default) =>
        AnswerAsync(() => _store.Apply(++_index, command), cancellationToken);

    public Task<CommandResult> QueryAsync(
        ReadOnlyMemory<byte> query, Consistency consistency, CancellationToken cancellationToken = default)
    {
        LastConsistency = consistency;
        return AnswerAsync(() => _store.View.Query(query), cancellationToken);
    }

    public async Task<SnapshotExport> ExportAsync(CancellationToken cancellationToken)
    {
        await AnswerAsync(() => new CommandResult(0, null, 0, default), cancellationToken);
        return Snapshots.Take();
    }

    public Task<IReadOnlyList<MemberInfo>> AttachAsync(
        IReadOnlyCollection<NewMember> newcomers, TimeSpan? patience = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(() => Members.AddRange(newcomers.Select((newcomer, i) => Newcomer(newcomer, i) with { IsLearner = true })));

    public Task<IReadOnlyList<MemberInfo>> AttachLearnersAsync(
        IReadOnlyCollection<NewMember> newcomers, CancellationToken cancellationToken = default) => AttachAsync(newcomers, null, cancellationToken);

    public Task<IReadOnlyList<MemberInfo>> PromoteAsync(IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default) =>
        ChangeAsync(() => Replace(members, member => member with { IsLearner = false }));

    public Task<IReadOnlyList<MemberInfo>> DetachAsync(IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default) =>
        ChangeAsync(() => Members.RemoveAll(member => members.Contains(member.Id)));

    public Task<IReadOnlyList<MemberInfo>> UpdateAsync(MemberId member, NewMember contact, CancellationToken cancellationToken = default) =>
        ChangeAsync(() => Replace([member], found => found with
        {
            PeerAddress = contact.PeerAddress.Length > 0 ? contact.PeerAddress : found.PeerAddress,
            ClientAddress = contact.ClientAddress.Length > 0 ? contact.ClientAddress : found.ClientAddress,
        }));

    private static MemberInfo Newcomer(NewMember newcomer, int number) =>
        new(new MemberId(0xC3 + (ulong)number), newcomer.Name, newcomer.PeerAddress, newcomer.ClientAddress);

    private void Replace(IEnumerable<MemberId> members, Func<MemberInfo, MemberInfo> become)
    {
        foreach (var id in members) Members[Members.FindIndex(member => member.Id == id)] = become(Members.Single(member => member.Id == id));
    }

    private Task<IReadOnlyList<MemberInfo>> ChangeAsync(Action change)
    {
        if (Failure is { } failure)
        {
            throw failure;
        }

        Requests++;
        change();
        return Task.FromResult<IReadOnlyList<MemberInfo>>([.. Members]);
    }

    private async Task<CommandResult> AnswerAsync(Func<CommandResult> answer, CancellationToken cancellationToken)
    {
        if (Failure is { } failure)
        {
            throw failure;
        }

        if (Holds)
        {
            Interlocked.Increment(ref _waiting);
            try
            {
                await _released.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }

        lock (_gate)
        {
            Requests++;
            return answer();
        }
    }
}
