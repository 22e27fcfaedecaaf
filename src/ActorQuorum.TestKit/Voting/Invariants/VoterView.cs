using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.TestKit.Voting.Invariants;

/// <summary>What the invariants compare of a node's core.</summary>
/// <param name="Start">Which start of the node.</param>
/// <param name="Role">Its role.</param>
/// <param name="Epoch">The epoch it accepted last.</param>
/// <param name="Acting">The epoch it acts in; none if it does not.</param>
/// <param name="Standing">How it takes part in elections.</param>
internal readonly record struct VoterView(MemberId Start, VotingRole Role, VotingEpoch Epoch, VotingEpoch Acting, Standing Standing)
{
    /// <summary>A running node as it is now.</summary>
    public static VoterView Of(SimulatedVoter voter)
    {
        var core = voter.Core;
        return new(voter.Self!.Id, core.Role, core.Epoch, core.ActingEpoch, core.Standing);
    }
}
