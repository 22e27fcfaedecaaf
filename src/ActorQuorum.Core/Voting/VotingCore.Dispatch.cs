using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <content>
/// Row QC-6: who leaves on purpose says so, and says it again until each live peer has acknowledged it or a short while is over; only then it stops. So no
/// queue of its own can drop its goodbye.
/// </content>
internal sealed partial class VotingCore
{
    private const int MostRemembered = 1024;
    private readonly SortedDictionary<MemberId, Gone> _gone = [];
    private readonly Queue<MemberId> _goneOrder = new();
    private Farewell? _farewell;

    /// <summary>The members that dispatched and have not returned, as far back as they are remembered.</summary>
    public IEnumerable<VotingMember> Dispatched => _gone.Values.Where(gone => !gone.HasReturned).Select(gone => gone.Member);

    private void BeginFarewell(VotingStopReason reason, string text)
    {
        if (_farewell is not null) return;
        var isFree = !IsBound;
        Resign(text);
        _farewell = new(new(reason, text), _now + _options.GoodbyeFor, isFree, [.. _peers.Values.Where(IsHeard).Select(peer => peer.Id)]);
        _holder = MemberId.None;
        UpdateRole(text);
        _isDirty = true;
        ContinueFarewell();
    }

    private bool IsHeard(Peer peer) => SilenceOf(peer) < _options.LostAfter && !_gone.ContainsKey(peer.Id);

    private void ContinueFarewell()
    {
        var farewell = _farewell!;
        if (farewell.Unheard.Count == 0 || _now >= farewell.Until)
        {
            _effects.Stop = farewell.Stop;
            _isStopped = true;
            return;
        }

        if (_now < farewell.NextAt) return;
        farewell.NextAt = _now + (_options.Heartbeat / 2);
        foreach (var id in farewell.Unheard)
            _effects.Messages.Add(new Goodbye(Self.Id, id, Word.Epoch, farewell.IsFree, _counter));
    }

    private void OnGoodbyeHeard(MemberId from)
    {
        if (_farewell?.Unheard.Remove(from) == true) _isDirty = true;
    }

    private void OnGoodbye(Goodbye goodbye)
    {
        _effects.Messages.Add(new GoodbyeHeard(Self.Id, goodbye.From));
        OnGoodbyeHeard(goodbye.From);
        if (!IsCredible(goodbye.Counter) || _gone.ContainsKey(goodbye.From) || !_peers.TryGetValue(goodbye.From, out var peer)) return;

        // Whoever relied on its word may do so for as long as it was bound to give it to nobody else.
        Remember(new(peer.Member, _now, goodbye.IsFree || IsMine(goodbye) ? _now : _now + _options.LostAfter));
        if (peer.Id == _holder) _isReleased = true;
        _seenCounter = Math.Max(_seenCounter, goodbye.Counter);
        _isDirty = true;
        Say(new MemberDispatched(peer.Member));
    }

    /// <summary>
    /// Whether only this node can have relied on its word: it spoke for this master, and never speaks again. To wait for it would depose a master whose
    /// slave leaves.
    /// </summary>
    private bool IsMine(Goodbye goodbye) =>
        IsActingNow && goodbye.Epoch.Formation == _epoch.Formation && goodbye.Epoch.Counter >= _tenure && goodbye.Epoch.Counter <= _epoch.Counter;

    /// <summary>Of very many the oldest is forgotten: all it costs is that its return is logged as a coming.</summary>
    private void Remember(Gone gone)
    {
        _gone.Add(gone.Member.Id, gone);
        _goneOrder.Enqueue(gone.Member.Id);
        if (_goneOrder.Count > MostRemembered) _gone.Remove(_goneOrder.Dequeue());
    }

    private bool ForgetDispatched(VotingMember member)
    {
        var isBack = false;
        foreach (var gone in _gone.Values)
        {
            if (gone.HasReturned || !member.IsReturnOf(gone.Member)) continue;
            gone.HasReturned = isBack = true;
        }

        return isBack;
    }

    private sealed class Gone(VotingMember member, TimeSpan at, TimeSpan freeAt)
    {
        public VotingMember Member { get; } = member;

        public TimeSpan At { get; } = at;

        /// <summary>From when on nobody relies on its word.</summary>
        public TimeSpan FreeAt { get; } = freeAt;

        public bool HasReturned { get; set; }
    }

    private sealed class Farewell(VotingStop stop, TimeSpan until, bool isFree, SortedSet<MemberId> unheard)
    {
        public VotingStop Stop { get; } = stop;

        public TimeSpan Until { get; } = until;

        public bool IsFree { get; } = isFree;

        public SortedSet<MemberId> Unheard { get; } = unheard;

        public TimeSpan NextAt { get; set; } = Peer.Never;
    }
}
