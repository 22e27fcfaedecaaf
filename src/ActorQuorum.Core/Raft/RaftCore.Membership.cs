using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <content>
/// Changes of the members by joint consensus: Raft §6, dissertation §4.3. One at a time; a configuration is in force as soon as it is appended.
/// </content>
internal sealed partial class RaftCore
{
    /// <summary>Election timeouts for which a leader goes on to tell a removed member that it is removed.</summary>
    private const int FarewellTimeouts = 10;

    private TimeSpan _ledSince;
    private long? _changeRequest;
    private ChangeMembers? _heldChange;
    private ConfigurationInUse? _toldConfiguration;

    /// <summary>Whether the latest configuration is known to be committed and is not one of two: the next change may begin.</summary>
    private bool IsSettled => _memberships.LatestIndex <= CommitIndex && !_memberships.Latest.IsJoint;

    /// <summary>
    /// Raft §6 and the correction of 2015 to §4.1 of the dissertation: before a change, a leader has committed an entry of its own term.
    /// Otherwise two leaders in turn could each change what the other knows nothing of.
    /// </summary>
    private bool HasCommittedInTerm => _log.TermAt(CommitIndex) == Term;

    private void OnChangeMembers(ChangeMembers request)
    {
        if (Role != Role.Leader || !_transferTo.IsNone)
        {
            RefuseChange(request, MembershipRefusal.NotLeader, "this member does not lead");
            return;
        }

        if (!HasCommittedInTerm)
        {
            RefuseChange(request, MembershipRefusal.NotReady, "the leader has just been elected");
            return;
        }

        if (!IsSettled || _changeRequest is not null)
        {
            RefuseChange(request, MembershipRefusal.ChangeInProgress, "another change of the members is under way");
            return;
        }

        var plan = PlanOf(request.Change);
        if (plan.Next is not { } next)
        {
            RefuseChange(request, plan.Refusal, plan.Text);
            return;
        }

        // Who is to go hands over first, so that the cluster is never without a leader; nothing was done, and the next leader is asked.
        if (!next.Voters.Any(voter => voter.Id == Self)) HandOverBefore(request, next);
        else BeginChange(request.RequestId, next);
    }

    private MembershipPlan PlanOf(MembershipChange change)
    {
        var plan = MembershipPlan.For(_memberships.Latest, change, _log.LastIndex + 1);
        if (plan.Next is not { IsJoint: true } next) return plan;
        if (change is PromoteMembers promote && BehindAmong(promote.Members) is { } behind) return behind;
        if (HasHealthyMajority(next)) return plan;

        // Who has just been elected has yet to hear most of the others.
        if (_now - _ledSince < _options.ElectionTimeout) return new(null, MembershipRefusal.NotReady, "the leader has just been elected");
        return new(
            null, MembershipRefusal.NoMajority, "of those who would vote afterwards no majority answers: the change could never be completed");
    }

    private void HandOverBefore(ChangeMembers request, Membership next)
    {
        OnHandOver(next);
        if (_transferTo.IsNone) BeginChange(request.RequestId, next);
        else _heldChange = request;
    }

    /// <summary>The successor did not take over in time: the leader removes itself, and leads those it is no longer one of until that is committed.</summary>
    private void ResumeHeldChange()
    {
        if (_heldChange is not { } held) return;
        _heldChange = null;
        var plan = PlanOf(held.Change);
        if (plan.Next is { } next) BeginChange(held.RequestId, next);
        else RefuseChange(held, plan.Refusal, plan.Text);
    }

    private void BeginChange(long requestId, Membership next)
    {
        _changeRequest = requestId;
        AppendConfiguration(next);
    }

    private void AppendConfiguration(Membership membership)
    {
        var complete = membership.Select(member => member with { Contact = member.Contact.Or(ContactFromFile(member.Id)) });
        AppendOwn(EntryKind.Configuration, complete.Encode());
        FollowConfiguration();
    }

    private MemberContact ContactFromFile(MemberId id)
    {
        foreach (var contact in _options.Contacts)
            if (contact.Id == id)
                return contact.Contact;
        return MemberContact.Unknown;
    }

    /// <summary>
    /// Raft §6: once C_old,new is committed, C_new follows, whoever led when the change began; a leader that C_new does not hold steps down once
    /// that is committed. Then whoever asked for the change is answered.
    /// </summary>
    private void AdvanceMembership()
    {
        if (Role != Role.Leader || _memberships.LatestIndex > CommitIndex || !HasCommittedInTerm) return;
        var latest = _memberships.Latest;
        if (latest.IsJoint)
        {
            AppendConfiguration(MembershipPlan.LeaveJoint(latest));
            return;
        }

        AnswerChange();
        if (!latest.IsVoter(Self)) LeaveCluster();
        else if (_transferTo.IsNone) AdvancePromotions();
    }

    private void AnswerChange()
    {
        if (_changeRequest is not { } requestId) return;
        _changeRequest = null;
        _effects.ChangesDone.Add(new(requestId, _memberships.Latest));
    }

    /// <summary>The last words of a leader that is no longer a member: the commit index, and to the best of the others that it may campaign at once.</summary>
    private void LeaveCluster()
    {
        BroadcastHeartbeat();
        if (BestSuccessor(_memberships.Latest) is { } successor)
            Send(new TimeoutNow(_options.Group, Self, successor.Id, Term, _options.Incarnation));
        BecomeFollower(Term, MemberId.None, RoleCause.Detached, MemberId.None);
    }

    /// <summary>A leader that goes does not know what becomes of the change that it began; of one that it held back nothing was done.</summary>
    private void RefuseChanges()
    {
        if (_heldChange is { } held) RefuseChange(held, MembershipRefusal.NotLeader, "this member has handed over");
        if (_changeRequest is { } requestId)
            _effects.ChangesRefused.Add(new(requestId, MembershipRefusal.OutcomeUnknown, "the leader lost its leadership while it changed the members"));
        _heldChange = null;
        _changeRequest = null;
    }

    private void RefuseChange(ChangeMembers request, MembershipRefusal refusal, string text) =>
        _effects.ChangesRefused.Add(new(request.RequestId, refusal, text));

    /// <summary>
    /// Progress follows the configuration, each with its session. A member that is gone from it is still told so, for a while, or it would
    /// campaign against a leader that it does not hear any more.
    /// </summary>
    private void FollowConfiguration()
    {
        var latest = _memberships.Latest;
        var followers = new List<Progress>();
        foreach (var member in latest.Members)
            if (member.Id != Self)
                followers.Add(ProgressOf(member));
        foreach (var follower in _followers)
        {
            if (latest.Find(follower.Id) is not null) continue;
            follower.Depart(_memberships.LatestIndex, _now + (_options.ElectionTimeout * FarewellTimeouts));
            followers.Add(follower);
        }

        _followers = [.. followers.OrderBy(follower => follower.Id)];
    }

    private Progress ProgressOf(ConfiguredMember member) =>
        FollowerOf(member.Id) is { } known && known.Session == member.Session
            ? known
            : new(member.Id, member.Session, _log.LastIndex + 1, _now) { Contact = member.Contact };

    /// <summary>A removed member is let go once it holds the entry that removed it and was told that it is committed, or does not answer.</summary>
    private void LetGo()
    {
        foreach (var follower in _followers)
        {
            if (follower.DepartureIndex == 0) continue;
            var knows = follower.MatchIndex >= follower.DepartureIndex && CommitIndex >= follower.DepartureIndex;
            if (knows) SendHeartbeat(follower);
            if (knows || _now >= follower.DepartureDeadline) _followers = [.. _followers.Where(other => other != follower)];
        }
    }

    /// <summary>Whether of those who would vote a majority answers and counts: else the two configurations would wait for each other for ever.</summary>
    private bool HasHealthyMajority(Membership next) =>
        next.IsQuorum(id => id == Self || (FollowerOf(id) is { } follower && Counts(follower) && IsHeard(follower)));

    private bool IsHeard(Progress follower) => _now - follower.LastHeard < _options.ElectionTimeout;

    /// <summary>
    /// Who is not, or no longer, a voter campaigns against nobody. Who only stands outside a configuration that may yet be rolled back does:
    /// it may be the only one that can complete the change (dissertation §4.2.2).
    /// </summary>
    private bool MayCampaign =>
        _installing is null && !IsSuperseded && (_memberships.Latest.IsVoter(Self) || _memberships.CommittedAt(CommitIndex).IsVoter(Self));

    private bool IsMember(MemberId id) => _memberships.Latest.Find(id) is not null;

    /// <summary>The members that this one sends to, in ascending order.</summary>
    private IEnumerable<MemberId> Others()
    {
        foreach (var member in _memberships.Latest.Members)
            if (member.Id != Self)
                yield return member.Id;
    }

    /// <summary>The voters that a candidate asks, in ascending order.</summary>
    private IEnumerable<MemberId> OtherVoters()
    {
        foreach (var member in _memberships.Latest.Members)
            if (member.Id != Self && !member.IsLearner)
                yield return member.Id;
    }

    private void TellConfiguration()
    {
        var (latest, isCommitted) = (_memberships.Latest, _memberships.LatestIndex <= CommitIndex);
        var departing = 0;
        foreach (var follower in _followers)
            if (follower.DepartureIndex > 0)
                departing++;
        if (_toldConfiguration is { } told && told.Latest == latest && told.IsCommitted == isCommitted && told.Departing.Length == departing) return;
        ImmutableArray<ConfiguredMember> leaving = departing == 0
            ? []
            : [.. _followers.Where(follower => follower.DepartureIndex > 0).Select(follower => new ConfiguredMember(follower.Id, follower.Incarnation)
            {
                Session = follower.Session, Contact = follower.Contact,
            })];
        _effects.Configuration = _toldConfiguration = new(latest, isCommitted, leaving);
    }
}
