using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <content>Row QC-14: epochs. Each is durable before anything is said or done in it.</content>
internal sealed partial class VotingCore
{
    private readonly SortedSet<FormationId> _left = [];
    private VotingEpoch _epoch;
    private VotingEpoch _persisting;
    private MemberId _holder;
    private Stance _stance;
    private Statement _before;
    private VotingEpoch _actingEpoch;
    private long _counter;
    private long _seenCounter;
    private long _epochSequence;
    private bool _isEpochDurable = true;
    private TimeSpan _holderHeardAt = Peer.Never;
    private bool _isReleased;

    /// <summary>What may be said now: of an epoch that is not durable yet, nothing; and nobody else is vouched for in the one before.</summary>
    private Statement Word => _isEpochDurable ? new(_epoch, _holder, _stance) : _before;

    /// <summary>
    /// The promise that makes a master's time exclusive: who heard a master or claimant, and accepted its epoch, follows no other before it has
    /// been silent for <see cref="VotingOptions.LostAfter"/> or has said itself that it is done.
    /// </summary>
    private bool IsBound => !_holder.IsNone && _holder != Self.Id && !_isReleased && _now - _holderHeardAt < _options.LostAfter;

    private bool IsActingNow => !_actingEpoch.IsNone;

    private bool HasFormation => !_epoch.IsNone;

    private long NextCounter => Math.Max(_counter, _seenCounter) + 1;

    private bool IsCredible(long counter) => counter >= 0 && counter < MostCounter && counter <= Math.Max(_counter, _seenCounter) + MostCounterLeap;

    private void Accept(VotingEpoch epoch, MemberId holder, Stance own)
    {
        Invariant.Check(epoch.Counter > _counter, $"epoch {epoch} accepted after counter {_counter}");
        Invariant.Check(_actingEpoch.IsNone || holder == Self.Id, $"epoch {epoch} of {holder} accepted while acting in {_actingEpoch}");
        var word = Word;
        var isSameHolder = word.Master == holder && word.Epoch.Formation == epoch.Formation;
        _before = isSameHolder ? word : word with { Master = MemberId.None, Stance = _holder == Self.Id ? Stance.Resigned : Stance.None };
        if (HasFormation && _epoch.Formation != epoch.Formation) Leave(_epoch.Formation);
        _epoch = epoch;
        _holder = holder;
        _stance = own;
        _counter = epoch.Counter;
        _seenCounter = Math.Max(_seenCounter, _counter);
        _isReleased = false;
        _joining = FormationId.None;
        _holderHeardAt = _now;
        _isEpochDurable = false;
        _isDirty = true;
        _persisting = epoch;
        _effects.Persist = new(epoch, ++_epochSequence);
    }

    private void OnEpochDurable(long sequence)
    {
        if (_isEpochDurable || sequence != _epochSequence) return;
        _isEpochDurable = _isDirty = true;
        DurableEpoch = _persisting;
        if (_farewell is null && _peers.TryGetValue(_holder, out var holder)) SendBeat(holder);
    }

    /// <summary>The holder speaks in the epoch that this node accepted from it.</summary>
    private void HearHolder(VotingEpoch epoch, Stance stance)
    {
        if (stance is Stance.Claiming or Stance.Acting)
        {
            if (epoch.Formation != _epoch.Formation) return;
            _holderHeardAt = _now;
            _isProven |= stance == Stance.Acting;
        }
        else if (stance == Stance.Resigned && epoch == _epoch)
        {
            _isReleased = true;
        }
    }

    /// <summary>Falls back to no formation: whoever left one comes back only by its acting master, for it forgets what it had agreed to.</summary>
    private void LeaveFormation()
    {
        if (!HasFormation) return;
        Invariant.Check(_actingEpoch.IsNone, $"formation {_epoch.Formation} left while acting in it");
        Leave(_epoch.Formation);
        _epoch = VotingEpoch.None;
        _holder = MemberId.None;
        _stance = Stance.None;
        _before = default;
        _roster = Roster.Empty;
        _openSince = _sequence + 1;
        _isDirty = true;
    }

    /// <summary>Formations do not last: of very many only the latest need be remembered, for no claim is made in the others any more.</summary>
    private void Leave(FormationId formation)
    {
        _left.Add(formation);
        _isProven = false;
        if (_left.Count > MostRemembered) _left.Remove(_left.Min);
    }

    /// <summary>What a beat says of epochs.</summary>
    private readonly record struct Statement(VotingEpoch Epoch, MemberId Master, Stance Stance);
}
