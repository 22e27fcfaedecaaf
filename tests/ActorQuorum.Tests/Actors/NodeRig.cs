using System.Collections.Immutable;
using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.Metrics;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Tests.Transport;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Tests.Actors;

/// <summary>A NodeActor alone: what it tells the other actors and the peers is recorded, and time moves by hand.</summary>
internal sealed class NodeRig : IDisposable
{
    public const long MostPending = 3;
    public const long MostPendingBytes = 1000;

    private readonly ManualTime _time = new();
    private readonly MailboxHost _host;
    private readonly NodeActor _actor;
    private readonly NodeView _view;

    /// <summary>A NodeActor of a build with these processors.</summary>
    public NodeRig(params string[] processors)
    {
        IStateMachine machine = new KeyValueStore(processors: new(processors.Select(name => KeyValuePair.Create<string, ProcessorHandler>(name, (_, _) => default))));
        _host = new(_time);
        MemberInfo[] members = [new(Self, "n1", "n1:1", "n1:2"), new(Other, "n2", "n2:1", "n2:2")];
        var context = new NodeContext(_host, () => false)
        {
            Clock = new Recorded<ClockMessage>(), Election = Election, Storage = Storage, Node = new Recorded<NodeMessage>(),
        };
        _view = new(1, members[0], members);
        Pending = new(MostPending, MostPendingBytes, seed: 0);
        _actor = new(context, Self, Transport, _view, new(NullLogger.Instance, "n1", _view.NameOf), Pending, Tally)
        {
            Objection = machine.Objection,
            Census = new(machine.Processors, Silence, (to, number) => Transport.Send(to, new ProcessorsWanted(number)), 0, new(NullLogger.Instance, "n1", _view.NameOf)),
        };
    }

    /// <summary>How long a member may be silent.</summary>
    public static TimeSpan Silence { get; } = TimeSpan.FromMilliseconds(300);

    public static MemberId Self { get; } = new(1);

    public static MemberId Other { get; } = new(2);

    public PendingRequests Pending { get; }

    public NodeTally Tally { get; } = new();

    public Recorded<ElectionMessage> Election { get; } = new();

    public Recorded<StorageMessage> Storage { get; } = new();

    public RecordedTransport Transport { get; } = new();

    /// <summary>The numbers of the commands that the core was told to propose, the last turn's only.</summary>
    public long[] TakeProposed()
    {
        long[] proposed = [.. Election.Messages.Select(message => message.Input).OfType<Propose>().Select(propose => propose.RequestId)];
        Election.Messages.Clear();
        return proposed;
    }

    /// <summary>The numbers of the queries that the core was asked.</summary>
    public long[] TakeAsked()
    {
        long[] asked = [.. Election.Messages.Select(message => message.Input).OfType<Read>().Select(read => read.RequestId)];
        Election.Messages.Clear();
        return asked;
    }

    public void Tell(NodeMessage message) => _actor.Receive(message);

    /// <summary>The core ends a turn under this leader.</summary>
    public void Turn(
        MemberId leader, ImmutableArray<Accepted> accepted = default, ImmutableArray<Refused> refused = default,
        ImmutableArray<ReadReady> reads = default) => Tell(new ElectionTurn(
        [], accepted.IsDefault ? [] : accepted, refused.IsDefault ? [] : refused, reads.IsDefault ? [] : reads, [],
        new(leader == Self ? Role.Leader : Role.Follower, 1, leader, 0, 0, 0, true)));

    /// <summary>The core, which knows no leader, tells of a committed configuration.</summary>
    public void Follow(Membership members) =>
        Tell(new ElectionTurn([], [], [], [], [], new(Role.Follower, 1, MemberId.None, 0, 0, 0, true)) { Membership = new([], [], new(members, IsCommitted: true, [])) });

    /// <summary>The core, which leads, refuses a change.</summary>
    public void RefuseChange(ChangeRefused refused) =>
        Tell(new ElectionTurn([], [], [], [], [], new(Role.Leader, 1, Self, 0, 0, 0, true)) { Membership = new([], [refused], null) });

    /// <summary>The numbers of the changes that the core was asked for.</summary>
    public long[] TakeChanges()
    {
        long[] asked = [.. Election.Messages.Select(message => message.Input).OfType<ChangeMembers>().Select(change => change.RequestId)];
        Election.Messages.Clear();
        return asked;
    }

    /// <summary>Time passes, and the clock says so.</summary>
    public void Pass(TimeSpan time)
    {
        _time.Advance(time);
        Tell(NodeTick.Instance);
    }

    /// <summary>A client's command.</summary>
    public (Request Request, RecordedReply Reply) Ask(TimeSpan? patience = null) => Ask(RequestKind.Command, patience);

    /// <summary>A client's command or query.</summary>
    public (Request Request, RecordedReply Reply) Ask(RequestKind kind, TimeSpan? patience = null) => Ask(kind, new byte[10], patience);

    /// <summary>A client's command for a processor.</summary>
    public (Request Request, RecordedReply Reply) Enqueue(string processor, TimeSpan? patience = null) =>
        Ask(RequestKind.Command, ProcessFields.Encode(processor, default), patience);

    /// <summary>An operator's change of the members.</summary>
    public (Request Request, RecordedReply Reply) Change(MembershipChange change) => Ask(RequestKind.Change, change.Encode(), null);

    private (Request Request, RecordedReply Reply) Ask(RequestKind kind, ReadOnlyMemory<byte> payload, TimeSpan? patience)
    {
        var reply = new RecordedReply();
        var request = new Request(kind, Consistency.Linearizable, payload, patience ?? TimeSpan.FromSeconds(7), reply);
        Tell(new ClientRequest(request));
        return (request, reply);
    }

    public void Dispose() => _host.Dispose();
}

/// <summary>A mailbox that keeps what it is told.</summary>
internal sealed class Recorded<TMessage> : IMailbox<TMessage>
{
    public List<TMessage> Messages { get; } = [];

    public void Tell(TMessage message) => Messages.Add(message);
}

/// <summary>A transport that keeps what is sent, while it is up.</summary>
internal sealed class RecordedTransport : IPeerTransport
{
    public bool IsUp { get; set; } = true;

    public List<PeerMessage> Sent { get; } = [];

    public Dictionary<MemberId, PeerAddress> Connected { get; } = [];

    public Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken) => Task.CompletedTask;

    public bool Send(MemberId to, PeerMessage message)
    {
        if (IsUp) Sent.Add(message);
        return IsUp;
    }

    public void Connect(MemberId peer, PeerAddress address) => Connected[peer] = address;

    public void Disconnect(MemberId peer) => Connected.Remove(peer);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Every answer that a request got: it should be one.</summary>
internal sealed class RecordedReply : IReplyTo
{
    public List<string> Answers { get; } = [];

    /// <summary>The text of a failure.</summary>
    public string? Message { get; private set; }

    public void Answer(CommandResult result) => Answers.Add("answered");

    public void Show(IStateView view) => Answers.Add("shown");

    public void Fail(QuorumError error, string message)
    {
        Answers.Add(error.ToString());
        Message = message;
    }
}
