using System.Collections.Immutable;

namespace ActorQuorum.Core.Voting;

/// <summary>How a member stands, as one node sees it.</summary>
internal enum MemberState
{
    /// <summary>Connected.</summary>
    Live = 0,

    /// <summary>Silent without a goodbye, and counted.</summary>
    Lost = 1,

    /// <summary>Met, and not connected yet, or of no account.</summary>
    Known = 2,
}

/// <summary>A member as one node sees it.</summary>
/// <param name="Member">The member.</param>
/// <param name="State">How it stands.</param>
/// <param name="IsInRoster">Whether it counts in the formation.</param>
internal readonly record struct MemberView(VotingMember Member, MemberState State, bool IsInRoster);

/// <content>What a program or an operator may see.</content>
internal sealed partial class VotingCore
{
    private ImmutableArray<MemberView> _others = [];
    private bool _hasSeenOthers;

    /// <summary>The other nodes it knows, but for those that dispatched, in the order of their ids; the same array until it looks again.</summary>
    public ImmutableArray<MemberView> Others
    {
        get
        {
            if (_hasSeenOthers) return _others;
            _hasSeenOthers = true;
            return _others = [.. _peers.Values.Where(peer => !_gone.ContainsKey(peer.Id)).Select(ViewOf)];
        }
    }

    /// <summary>Messages sent so far.</summary>
    public long Sent => _sequence;

    private MemberView ViewOf(Peer peer)
    {
        var isLost = !peer.IsLive && IsCounted(peer) && !IsBack(peer) && !IsExpected(peer);
        return new(peer.Member, peer.IsLive ? MemberState.Live : isLost ? MemberState.Lost : MemberState.Known, _roster.Contains(peer.Id));
    }
}
