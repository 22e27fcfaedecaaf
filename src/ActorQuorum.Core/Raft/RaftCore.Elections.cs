using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <content>Leader election: Raft §5.1, §5.2, §5.4.1; pre-vote and stickiness: dissertation §9.6, §6.2.</content>
internal sealed partial class RaftCore
{
    private readonly SortedDictionary<MemberId, bool> _votes = [];
    private TimeSpan _leaderLastHeard;
    private MemberId _lastLeader;

    /// <summary>Dissertation §9.6: asks first whether an election could be won, so that a node that was cut off does not raise the term.</summary>
    private void BeginPreVote()
    {
        ChangeRole(Role.PreCandidate, RoleCause.LeaderSilent, _lastLeader);
        _votes.Clear();
        _votes[Self] = true;
        if (HasWon()) Campaign(RoleCause.PreVotesWon, isTransfer: false);
        else RequestVotes(isPreVote: true, isTransfer: false);
    }

    /// <summary>Who may not campaign, a learner for one, does not hold a silent leader for the leader for ever: others are let in and asked.</summary>
    private void ForgetLeader()
    {
        if (Role != Role.Follower || Leader.IsNone) return;
        Leader = MemberId.None;
        ChangeRole(Role.Follower, RoleCause.LeaderSilent, _lastLeader);
    }

    /// <summary>Raft §5.2: increments the term, votes for itself, asks the others.</summary>
    private void Campaign(RoleCause cause, bool isTransfer)
    {
        var supporters = Supporters();
        ChangeState(_state with { Term = Term + 1, Vote = Self });
        ChangeRole(Role.Candidate, cause, _lastLeader, supporters);
        _votes.Clear();
        ResetElectionDeadline();
        RequestVotes(isPreVote: false, isTransfer);
    }

    private void RequestVotes(bool isPreVote, bool isTransfer)
    {
        foreach (var other in OtherVoters())
            Send(new RequestVote(
                _options.Group, Self, other, Term, _options.Incarnation, _log.LastIndex, _log.LastTerm, isPreVote, isTransfer));
    }

    private void OnRequestVote(RequestVote request)
    {
        if (IsSticky && !request.IsTransfer)
        {
            Answer(request, isGranted: false);
            return;
        }

        if (request.IsPreVote)
        {
            // Nothing is promised, so neither term nor vote changes.
            Answer(request, IsProven && request.Term >= Term && !IsOfReplaced(request) && _log.IsUpToDate(request.LastLogIndex, request.LastLogTerm));
            return;
        }

        if (request.Term > Term) BecomeFollower(request.Term, MemberId.None, RoleCause.HigherTerm, request.From);
        var isGranted = MayVoteFor(request);
        if (isGranted)
        {
            ChangeState(_state with { Vote = request.From });
            ResetElectionDeadline();
        }

        Answer(request, isGranted);
    }

    /// <summary>Raft §5.2, §5.4.1: one vote a term, and only for a log at least as up to date as this one; an unproven node has no vote.</summary>
    private bool MayVoteFor(RequestVote request) =>
        IsProven
        && request.Term == Term
        && (Vote.IsNone || Vote == request.From)
        && (Leader.IsNone || Leader == request.From)
        && !IsOfReplaced(request)
        && _log.IsUpToDate(request.LastLogIndex, request.LastLogTerm);

    /// <summary>Dissertation §6.2, §9.6: who hears its leader, or leads, helps nobody to depose it.</summary>
    private bool IsSticky =>
        Role == Role.Leader || (!Leader.IsNone && _now - _leaderLastHeard < _options.ElectionTimeout);

    private void Answer(RequestVote request, bool isGranted) =>
        Send(new RequestVoteReply(
            _options.Group, Self, request.From, Term, _options.Incarnation, request.Term, isGranted, request.IsPreVote));

    private void OnRequestVoteReply(RequestVoteReply reply)
    {
        if (reply.Term > Term)
        {
            BecomeFollower(reply.Term, MemberId.None, RoleCause.HigherTerm, reply.From);
            return;
        }

        var asked = reply.IsPreVote ? Role.PreCandidate : Role.Candidate;
        if (Role != asked || reply.RequestTerm != Term) return;

        // An answer counts only from the data directory that the log binds: one that was wiped since may vote again.
        if (reply.Incarnation != _memberships.Latest.BindingOf(reply.From)) return;
        _votes[reply.From] = reply.IsGranted;
        CountVotes();
    }

    /// <summary>The candidate's own vote counts like any other: once it is durable. Only then the others are asked, so their time runs from here.</summary>
    private void CountOwnVote()
    {
        if (Role != Role.Candidate || _votes.ContainsKey(Self) || !IsStateDurable) return;
        ResetElectionDeadline();
        _votes[Self] = true;
        CountVotes();
    }

    private void CountVotes()
    {
        if (HasWon())
        {
            if (Role == Role.PreCandidate) Campaign(RoleCause.PreVotesWon, isTransfer: false);
            else BecomeLeader();
        }
        else if (_memberships.Latest.IsDenied(id => _votes.TryGetValue(id, out var isGranted) && !isGranted))
        {
            BecomeFollower(Term, MemberId.None, RoleCause.ElectionLost, MemberId.None);
        }
    }

    private bool HasWon() => _memberships.Latest.IsQuorum(id => _votes.TryGetValue(id, out var isGranted) && isGranted);

    private ImmutableArray<MemberId> Supporters() => [.. _votes.Where(vote => vote.Value).Select(vote => vote.Key)];

    /// <summary>Raft §5.1: a higher term, or the leader of this one, makes everybody else a follower.</summary>
    private void BecomeFollower(long term, MemberId leader, RoleCause cause, MemberId other)
    {
        if (term > Term)
        {
            ChangeState(_state with { Term = term, Vote = MemberId.None });
            Leader = MemberId.None;
        }

        var hadRole = Role;
        var hadLeader = Leader;
        LeaveLeadership();
        if (hadRole == Role.Leader) ResetElectionDeadline();
        Leader = leader;
        if (hadRole != Role.Follower || hadLeader != leader) ChangeRole(Role.Follower, cause, other);
        _votes.Clear();
    }

    /// <summary>Follows the leader of a term that is not stale, and waits for its next word.</summary>
    private void Follow(long term, MemberId leader)
    {
        Invariant.Check(term > Term || Role != Role.Leader, $"two leaders in term {term}: {Self} and {leader}");
        Invariant.Check(term > Term || Leader.IsNone || Leader == leader, $"two leaders in term {term}: {Leader} and {leader}");
        if (term > Term || Leader != leader)
        {
            _verifiedIndex = 0;
            _acknowledgeTo = MemberId.None;
            BecomeFollower(term, leader, RoleCause.LeaderHeard, leader);
            ProveByBinding();
        }

        _lastLeader = leader;
        _leaderLastHeard = _now;
        ResetElectionDeadline();
    }

    private void BecomeLeader()
    {
        var supporters = Supporters();
        Leader = Self;
        ChangeRole(Role.Leader, RoleCause.VotesWon, MemberId.None, supporters);
        StartLeadership();
    }

    private void ChangeRole(Role role, RoleCause cause, MemberId other, ImmutableArray<MemberId> votes = default)
    {
        if (role is Role.Candidate or Role.PreCandidate) Leader = MemberId.None;
        var silence = _lastLeader.IsNone ? TimeSpan.Zero : _now - _leaderLastHeard;
        _effects.RoleChanges.Add(new(Role, role, Term, Leader, cause, other, silence, votes.IsDefault ? [] : votes));
        Role = role;
    }
}
