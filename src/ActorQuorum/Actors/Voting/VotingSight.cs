using System.Collections.Immutable;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Actors;

/// <summary>The constant election's core at the end of a turn, as the rest of the node sees it.</summary>
/// <param name="Role">The part it plays.</param>
/// <param name="Master">The master, or null.</param>
/// <param name="Epoch">The epoch it accepted last.</param>
/// <param name="Others">The other nodes; the same array as long as nothing about them changed.</param>
internal readonly record struct VotingSight(VotingRole Role, VotingMember? Master, VotingEpoch Epoch, ImmutableArray<MemberView> Others)
{
    /// <summary>The state of <paramref name="core"/> now, where it was <paramref name="before"/>.</summary>
    public static VotingSight Of(VotingCore core, VotingSight before)
    {
        var others = before.Others.IsDefault ? [] : before.Others;
        return new(core.Role, core.Master, core.Epoch, core.Others.SequenceEqual(others) ? others : [.. core.Others]);
    }
}
