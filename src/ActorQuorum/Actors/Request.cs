using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>Where the answer to a request goes. Called once, on the NodeActor's turn: it must not block.</summary>
internal interface IReplyTo
{
    /// <summary>A command's result, or a forwarded query's.</summary>
    void Answer(CommandResult result);

    /// <summary>A state that the query may be answered from.</summary>
    void Show(IStateView view);

    /// <summary>There is no answer.</summary>
    void Fail(QuorumError error, string message);
}

/// <summary>How far a request has come.</summary>
internal enum RequestStage
{
    /// <summary>Waits for a leader, or for what the leader must know first; nothing was done for it.</summary>
    Waiting,

    /// <summary>Handed to this node's core.</summary>
    InCore,

    /// <summary>Stands in this node's log, at an index of a term.</summary>
    InLog,

    /// <summary>A confirmed read that waits for the state machine.</summary>
    InStorage,

    /// <summary>Sent to the leader.</summary>
    Forwarded,
}

/// <summary>A client's request, from this node's client or passed on by a follower.</summary>
internal sealed class Request(RequestKind kind, Consistency consistency, ReadOnlyMemory<byte> payload, TimeSpan patience, IReplyTo replyTo)
{
    /// <summary>This node's number for it.</summary>
    public long Id { get; set; }

    /// <summary>What it asks for.</summary>
    public RequestKind Kind { get; } = kind;

    /// <summary>How fresh a query's answer must be.</summary>
    public Consistency Consistency { get; } = consistency;

    /// <summary>The command or query.</summary>
    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>How long it may wait.</summary>
    public TimeSpan Patience { get; } = patience;

    /// <summary>Where the answer goes.</summary>
    public IReplyTo ReplyTo { get; } = replyTo;

    /// <summary>Whether a follower passed it on: then it is never passed on again.</summary>
    public bool IsForwarded { get; init; }

    /// <summary>The processor that it asks for, if it is a command for one.</summary>
    public string? Processor { get; set; }

    /// <summary>When it is given up.</summary>
    public TimeSpan Deadline { get; set; }

    /// <summary>How far it has come.</summary>
    public RequestStage Stage { get; set; }

    /// <summary>Where its entry stands, while <see cref="Stage"/> is <see cref="RequestStage.InLog"/>.</summary>
    public (long Index, long Term) Position { get; set; }

    /// <summary>Who it was sent to, while <see cref="Stage"/> is <see cref="RequestStage.Forwarded"/>.</summary>
    public MemberId ForwardedTo { get; set; }
}
