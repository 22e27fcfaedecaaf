using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Transport;

/// <summary>What travels between nodes. The set is closed: every kind stands in this file.</summary>
internal abstract record PeerMessage;

/// <summary>A message of the consensus core.</summary>
/// <param name="Message">The message.</param>
internal sealed record Consensus(RaftMessage Message) : PeerMessage;

/// <summary>A message of the constant election's core.</summary>
/// <param name="Message">The message.</param>
internal sealed record Ballot(VotingMessage Message) : PeerMessage;

/// <summary>What a forwarded request asks for.</summary>
internal enum RequestKind
{
    /// <summary>A command to replicate.</summary>
    Command = 0,

    /// <summary>A linearizable query.</summary>
    Query = 1,

    /// <summary>A change of the members.</summary>
    Change = 2,
}

/// <summary>A client's request that a follower passes to its leader.</summary>
/// <param name="RequestId">The follower's number for it.</param>
/// <param name="Kind">What it asks for.</param>
/// <param name="Payload">The command, or the change; empty for a query, which the follower answers itself once it is told at which index.</param>
/// <param name="Patience">How long the follower will still wait.</param>
internal sealed record Forward(long RequestId, RequestKind Kind, ReadOnlyMemory<byte> Payload, TimeSpan Patience) : PeerMessage;

/// <summary>The leader's answer to <see cref="Forward"/>: a command's result, where a query may be answered, or why there is neither.</summary>
/// <param name="RequestId">The follower's number for the request.</param>
/// <param name="Result">The state machine's result, or the members after a change; or null.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="Detail">The error's text.</param>
/// <param name="ReadIndex">Whoever has applied this much may answer the query (dissertation §6.4); zero if it is no answer to one.</param>
internal sealed record ForwardReply(long RequestId, CommandResult? Result, QuorumError? Error, string? Detail, long ReadIndex = 0) : PeerMessage
{
    /// <summary>Whether it says one thing: a result, a read index or an error.</summary>
    public bool IsWhole => (Result is null ? 0 : 1) + (Error is null ? 0 : 1) + (ReadIndex == 0 ? 0 : 1) == 1;
}

/// <summary>A leader asks which processors a member has. To a release that does not know of it, it is a query, which it refuses as it does not lead.</summary>
/// <param name="Number">The leader's number for the question, from 1.</param>
internal sealed record ProcessorsWanted(long Number) : PeerMessage;

/// <summary>The answer to <see cref="ProcessorsWanted"/>.</summary>
/// <param name="Number">The question's number: an answer to another one is void.</param>
/// <param name="Names">The names, in ordinal order.</param>
internal sealed record ProcessorsTold(long Number, ImmutableArray<string> Names) : PeerMessage;
