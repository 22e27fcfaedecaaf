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
    /// <summary>The other nodes it knows, but for those that dispatched, in the order of their ids.</summary>
    public IEnumerable<MemberView> Others
    {
        get
        {
            foreach (var peer in _peers.Values)
            {
                if (_gone.ContainsKey(peer.Id)) continue;
                var state = peer.IsLive ? MemberState.Live : IsCounted(peer) && !IsBack(peer) && !IsExpected(peer) ? MemberState.Lost : MemberState.Known;
                yield return new(peer.Member, state, _roster.Contains(peer.Id));
            }
        }
    }

    /// <summary>Messages sent so far.</summary>
    public long Sent => _sequence;
}
