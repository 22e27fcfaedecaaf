using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <content>Linearizable reads without writing: ReadIndex, Raft §8 and dissertation §6.4.</content>
internal sealed partial class RaftCore
{
    private readonly List<long> _waitingReads = [];
    private ImmutableArray<long> _roundReads = [];
    private long _readRound;
    private long _readIndex;

    private void OnRead(Read read)
    {
        if (Role == Role.Leader) _waitingReads.Add(read.RequestId);
        else _effects.Refused.Add(new(read.RequestId));
    }

    /// <summary>
    /// Raft §8: only after an entry of its own term is committed does a leader know what is; and a round that is sent after the reads
    /// arrived must confirm that it still leads. Reads that arrive while a round is under way share the next one.
    /// </summary>
    private void BeginReadRound()
    {
        if (Role != Role.Leader || _waitingReads.Count == 0 || !_roundReads.IsEmpty) return;
        if (_log.TermAt(CommitIndex) != Term) return;
        _roundReads = [.. _waitingReads];
        _waitingReads.Clear();
        _readIndex = CommitIndex;
        BroadcastHeartbeat();
        _readRound = _round;
        ConfirmReads();
    }

    private void ConfirmReads()
    {
        if (_roundReads.IsEmpty || ConfirmedRound() < _readRound) return;
        _effects.Reads.Add(new(_readIndex, _roundReads));
        _roundReads = [];
    }

    /// <summary>The last round that a quorum answered. A later round confirms the earlier ones.</summary>
    private long ConfirmedRound() =>
        _memberships.Latest.QuorumOf(id =>
            id == Self ? _round : FollowerOf(id) is { } follower && Counts(follower) ? follower.ConfirmedRound : 0);

    private void RefuseReads()
    {
        foreach (var id in _waitingReads) _effects.Refused.Add(new(id));
        foreach (var id in _roundReads) _effects.Refused.Add(new(id));
        _waitingReads.Clear();
        _roundReads = [];
    }
}
