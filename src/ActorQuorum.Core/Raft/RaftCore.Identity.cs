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

    /// <summary>Whether the cluster was founded with another data directory of this member: it must be bound anew.</summary>
    public bool IsReplaced => _isReplaced;

    /// <summary>The first members that this one must still hear before the cluster can be founded; none once it is proven.</summary>
    public ImmutableArray<MemberId> UnheardFounders =>
        IsProven ? [] : [.. _options.Members.Where(id => id != Self && !_introductions.ContainsKey(id))];

    private ImmutableArray<Member> FoundingView => _state.Founding;

    /// <summary>A node alone founds its cluster at once; the others begin by making themselves known.</summary>
    private void StartIdentity()
    {
        _introductionDeadline = _now;
        if (!IsProven && _options.Members.Length == 1) Found([new(Self, _options.Incarnation)]);
    }

    private void Introduce()
    {
        _introductionDeadline = _now + _options.Heartbeat;
        foreach (var other in Others()) Send(IntroductionTo(other));
    }

    private Introduction IntroductionTo(MemberId other)
    {
        var phase = IsProven ? FoundingPhase.Proven : FoundingView.IsEmpty ? FoundingPhase.Gathering : FoundingPhase.Prepared;
        return new(_options.Group, Self, other, Term, _options.Incarnation, phase, FoundingView);
    }

    private void OnIntroduction(Introduction introduction)
    {
        if (IsProven)
        {
            if (introduction.Phase == FoundingPhase.Proven) return;
            Send(IntroductionTo(introduction.From));
            BindArrival(introduction);
            return;
        }

        if (_isReplaced) return;
        if (introduction.Phase == FoundingPhase.Proven)
        {
            HearFounder(introduction);
            return;
        }

        // Incarnations only rise: what an older directory of this member said is void, whenever it arrives.
        var isNews = !_introductions.TryGetValue(introduction.From, out var known) || introduction.Incarnation >= known.Incarnation;
        if (!isNews) return;
        _introductions[introduction.From] = introduction;
        Prepare();
    }

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

    /// <summary>A member came back with another data directory: the leader binds it by an entry, which is committed without it.</summary>
    private void BindArrival(Introduction arrival)
    {
        if (Role != Role.Leader || !_transferTo.IsNone) return;
        if (_memberships.LatestIndex > CommitIndex || arrival.Incarnation <= _memberships.Latest.BindingOf(arrival.From)) return;
        AppendOwn(EntryKind.Configuration, _memberships.Latest.Bind(arrival.From, arrival.Incarnation).Encode());
    }

    /// <summary>
    /// DESIGN "Identity": an unproven member is proven once it durably holds a committed entry that binds it. Its vote of this term goes to
    /// the leader that it follows, as the lost directory may have cast another. A view that it only prepared gives way to the founders',
    /// with which the log begins: passed on by a proven member it would prove whoever else was wiped and stands in it.
    /// </summary>
    private void ProveByBinding()
    {
        if (IsProven) return;
        var bound = Math.Min(CommitIndex, _log.DurableIndex);
        if (_memberships.CommittedIndexAt(bound) == 0) return;
        if (_memberships.CommittedAt(bound).BindingOf(Self) != _options.Incarnation) return;
        ChangeState(_state with { Proven = true, Vote = Vote.IsNone ? Leader : Vote, Founding = _memberships.FirstInLog.Voters });
        ResetElectionDeadline();
    }
}
