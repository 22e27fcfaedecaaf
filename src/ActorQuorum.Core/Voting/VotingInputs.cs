using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <summary>What may happen to the core. The set is closed: every kind stands in this file.</summary>
internal abstract record VotingInput;

/// <summary>Time has passed. Due every <see cref="VotingOptions.Tick"/>.</summary>
internal sealed record VotingTick : VotingInput
{
    /// <summary>The one tick there need be.</summary>
    public static VotingTick Instance { get; } = new();
}

/// <summary>A node was met: by a datagram, or by the hello of a connection it made. To be told before its first message is.</summary>
/// <param name="Member">Who, and where it is reached.</param>
internal sealed record Met(VotingMember Member) : VotingInput;

/// <summary>A message arrived.</summary>
/// <param name="Message">The message.</param>
internal sealed record Heard(VotingMessage Message) : VotingInput;

/// <summary>The connection to a member broke. It is lost only when it stays silent: until then it may be made anew.</summary>
/// <param name="Peer">The member.</param>
internal sealed record ConnectionBroken(MemberId Peer) : VotingInput;

/// <summary>An epoch is durable, and all before it.</summary>
/// <param name="Sequence">Its <see cref="PersistEpoch.Sequence"/>.</param>
internal sealed record EpochDurable(long Sequence) : VotingInput;

/// <summary>The operator asks this node to leave (row QC-6).</summary>
internal sealed record Dispatch : VotingInput
{
    /// <summary>The one request there need be.</summary>
    public static Dispatch Instance { get; } = new();
}
