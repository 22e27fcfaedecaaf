using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <content>
/// Identity (docs/deviations.md): a data directory that was lost takes its vote and its acknowledgements with it. So a member votes and
/// counts only while its incarnation is the one that the cluster knows: from the founding, or bound by an entry of the log.
/// </content>
internal sealed partial class RaftCore
{
    private readonly SortedDictionary<MemberId, Introduction> _introductions = [];
    private bool _isReplaced;
    private (ImmutableArray<Member> View, ulong Fingerprint) _fingerprint = ([], 0);

    /// <summary>Whether the cluster was founded with another data directory of this member: it must be bound anew.</summary>
    public bool IsReplaced => _isReplaced;

    /// <summary>The first members that this one must still hear before the cluster can be founded; none once it is proven.</summary>
    public ImmutableArray<MemberId> UnheardFounders =>
        IsProven || IsFoundingOver ? [] : [.. _options.Members.Where(id => id != Self && !_introductions.ContainsKey(id))];

    /// <summary>Whether a leader was heard whose cluster has another founding: this data directory is of no use to it.</summary>
    public bool IsFoundedElsewhere { get; private set; }

    private ImmutableArray<Member> FoundingView => _state.Founding;

    /// <summary>The founding view's number, which every word of a leader bears; computed when the view changes.</summary>
    private ulong Fingerprint
    {
        get
        {
            if (_fingerprint.View != FoundingView) _fingerprint = (FoundingView, HardState.FingerprintOf(FoundingView));
            return _fingerprint.Fingerprint;
        }
    }

    /// <summary>
    /// Whether a cluster is known to be there: who has heard its leader, or holds what it wrote, founds no second one, not even with founders
    /// that were removed from it and lost their disks too.
    /// </summary>
    private bool IsFoundingOver => _options.IsJoining || _isReplaced || !_lastLeader.IsNone || _log.LastIndex > 0;

    /// <summary>A node alone founds its cluster at once; the others begin by making themselves known.</summary>
    private void StartIdentity()
    {
        _introductionDeadline = _now;
        if (!IsProven && !IsFoundingOver && _options.Members.Length == 1) Found([new(Self, _options.Incarnation)]);
    }

    private void Introduce()
    {
        _introductionDeadline = _now + _options.Heartbeat;
        foreach (var other in Others()) Send(IntroductionTo(other));
        if (!Leader.IsNone && !IsMember(Leader)) Send(IntroductionTo(Leader));
    }

    private Introduction IntroductionTo(MemberId other)
    {
        var phase = IsProven ? FoundingPhase.Proven : FoundingView.IsEmpty ? FoundingPhase.Gathering : FoundingPhase.Prepared;
        return new(_options.Group, Self, other, Term, _options.Incarnation, phase, FoundingView) { Contact = _options.Contact };
    }

    private void OnIntroduction(Introduction introduction)
    {
        if (IsProven)
        {
            if (!IsKnown(introduction.From)) return;
            if (introduction.Phase != FoundingPhase.Proven) Send(IntroductionTo(introduction.From));
            else if (_memberships.Latest.Find(introduction.From) is not { Incarnation: 0 }) return;
            Bind(introduction.From, introduction.Incarnation, introduction.Contact);
            return;
        }

        if (_isReplaced || !_options.Members.Contains(introduction.From)) return;
        if (introduction.Phase == FoundingPhase.Proven)
        {
            HearFounder(introduction);
            return;
        }

        if (IsFoundingOver) return;

        // Incarnations only rise: what an older directory of this member said is void, whenever it arrives.
        var isNews = !_introductions.TryGetValue(introduction.From, out var known) || introduction.Incarnation >= known.Incarnation;
        if (!isNews) return;
        _introductions[introduction.From] = introduction;
        Prepare();
    }

    /// <summary>
    /// Whether a leader's log goes back to another founding than this node's. One that is alone in its file founds its cluster at once, also if
    /// its disk was lost and the cluster has grown since: its log may look like the cluster's and is another. It hears nothing of the cluster.
    /// </summary>
    private bool IsOfAnotherFounding(ulong founding)
    {
        if (!IsProven || founding == 0 || Fingerprint == 0 || founding == Fingerprint) return false;
        IsFoundedElsewhere = true;
        return true;
    }

    /// <summary>Whether somebody is a member, or was one when the cluster was founded and may have to be told that it is one no more.</summary>
    private bool IsKnown(MemberId id)
    {
        foreach (var founder in FoundingView)
            if (founder.Id == id)
                return true;
        return IsMember(id);
    }

    /// <summary>Whether this member was added and is not bound yet: then the leader may not know what it is called, however long it has its directory.</summary>
    private bool IsUnbound => _memberships.Latest.Find(Self) is { Incarnation: 0 };

    /// <summary>Whether the log binds a later data directory of this member: this one, should it come back, has no vote any more.</summary>
    private bool IsSuperseded => _memberships.Latest.BindingOf(Self) > _options.Incarnation;

    /// <summary>
    /// Whether this node, or who asks it, is a directory that another has replaced: with both alive the member would have two votes. One that is
    /// newer than the log here says may be bound behind its end, and is not refused.
    /// </summary>
    private bool IsOfReplaced(RequestVote request) =>
        IsSuperseded || request.Incarnation < _memberships.Latest.BindingOf(request.From);

    /// <summary>A proven member tells who founded the cluster: this directory, or one that stood here before.</summary>
    private void HearFounder(Introduction introduction)
    {
        if (introduction.View.IsEmpty) return;
        foreach (var member in introduction.View)
            if (member.Id == Self && member.Incarnation == _options.Incarnation)
            {
                Found(introduction.View);
                return;
            }

        _isReplaced = true;
    }

    /// <summary>
    /// The first start. Every first member must be heard, and all must have prepared the same view durably, before anybody votes: otherwise
    /// a member whose disk was lost meanwhile could help to found a second cluster. Views only rise, so two can never both be founded.
    /// </summary>
    private void Prepare()
    {
        if (_introductions.Count < _options.Members.Length - 1) return;
        ImmutableArray<Member> view =
        [
            .. _options.Members.Select(id => new Member(
                id, id == Self ? _options.Incarnation : Math.Max(_introductions[id].Incarnation, PreparedIncarnation(id)))),
        ];
        if (!FoundingView.AsSpan().SequenceEqual(view.AsSpan())) ChangeState(_state with { Founding = view });
        foreach (var introduction in _introductions.Values)
        {
            var agrees = introduction.Phase == FoundingPhase.Prepared && introduction.View.AsSpan().SequenceEqual(view.AsSpan());
            if (!agrees) return;
        }

        Found(view);
    }

    private ulong PreparedIncarnation(MemberId id)
    {
        foreach (var member in FoundingView)
            if (member.Id == id)
                return member.Incarnation;
        return 0;
    }

    private void Found(ImmutableArray<Member> view)
    {
        ChangeState(_state with { Founding = view, Proven = true });
        _memberships.Found(new(view));
        _introductions.Clear();
        ResetElectionDeadline();
    }

    /// <summary>
    /// A member came with a data directory that is not known: the leader binds it by an entry, which is committed without it, and writes down
    /// what it says of itself.
    /// </summary>
    private void Bind(MemberId id, ulong incarnation, MemberContact? told)
    {
        if (Role != Role.Leader || !_transferTo.IsNone || !IsSettled || !HasCommittedInTerm) return;
        if (_memberships.Latest.Find(id) is not { } member || incarnation <= member.Incarnation) return;
        AppendConfiguration(_memberships.Latest.Bind(id, incarnation).Select(
            each => each.Id == id ? each with { Contact = ContactOf(each, told) } : each));
    }

    /// <summary>A member knows its own name and its clients' address best; where its peers reach it stands as it was asked for.</summary>
    private static MemberContact ContactOf(ConfiguredMember member, MemberContact? told) =>
        told is { IsWithinBounds: true } ? new MemberContact(told.Name, member.Contact.Peer, told.Client).Or(member.Contact).Or(told) : member.Contact;

    /// <summary>
    /// DESIGN "Identity": an unproven member is proven once it durably holds a committed entry that binds it. Its vote of this term goes to
    /// the leader that it follows, as the lost directory may have cast another. A view that it only prepared gives way to the founders',
    /// with which the log began: passed on by a proven member it would prove whoever else was wiped and stands in it. Without a leader there is
    /// nobody to give the vote to, so the proof waits for one: a node that restarts behind a snapshot knows of commits before it hears any.
    /// </summary>
    private void ProveByBinding()
    {
        if (IsProven || Leader.IsNone) return;
        var bound = Math.Min(CommitIndex, _log.DurableIndex);
        if (_memberships.CommittedIndexAt(bound) == 0) return;
        if (_memberships.CommittedAt(bound).BindingOf(Self) != _options.Incarnation) return;
        ChangeState(_state with { Proven = true, Vote = Vote.IsNone ? Leader : Vote, Founding = _memberships.Founders });
        ResetElectionDeadline();
    }
}
