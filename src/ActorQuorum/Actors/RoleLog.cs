using ActorQuorum.Core.Raft;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <summary>Role changes are the headline of a node's log: who became what, in which term, and why.</summary>
internal sealed class RoleLog(ILogger logger, string self, Func<MemberId, string> nameOf)
{
    private Role _shown = Role.Follower;

    /// <summary>Writes one change.</summary>
    public void Write(RoleChange change)
    {
        if (change.To == Role.PreCandidate)
        {
            // Asking first changes nothing yet: it is the candidacy that makes the headline.
            logger.LogDebug("{Node} asks for pre-votes in term {Term} ({Reason})", self, change.Term, Reason(change));
            return;
        }

        var from = _shown;
        _shown = change.To;
        if (from == change.To && change.To == Role.Follower)
        {
            if (change.Leader.IsNone) return;
            logger.LogInformation("{Node} follows {Leader} term {Term}", self, nameOf(change.Leader), change.Term);
        }
        else
        {
            logger.LogInformation("{Node} {From} → {To} term {Term} ({Reason})", self, from, change.To, change.Term, Reason(change));
        }
    }

    private string Reason(RoleChange change) => change.Cause switch
    {
        RoleCause.LeaderSilent or RoleCause.PreVotesWon when change.Other.IsNone => "no leader yet",
        RoleCause.LeaderSilent or RoleCause.PreVotesWon => $"no word from {nameOf(change.Other)} for {change.Silence.TotalMilliseconds:F0} ms",
        RoleCause.VotesWon => $"votes {string.Join(", ", change.Votes.Select(nameOf).Order(StringComparer.Ordinal))}",
        RoleCause.ElectionLost => "no majority for it",
        RoleCause.HigherTerm => $"{nameOf(change.Other)} is in a higher term",
        RoleCause.LeaderHeard => $"{nameOf(change.Leader)} leads",
        RoleCause.QuorumLost => "no majority answers",
        RoleCause.HandedOver => $"{nameOf(change.Other)} hands over",
        RoleCause.Detached => "it is no longer a member",
        _ => change.Cause.ToString(),
    };
}
