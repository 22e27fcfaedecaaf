using ActorQuorum.Core;
using System.Buffers.Binary;
using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <content>Sending a snapshot to a follower: offered, then in chunks, a window of them ahead of what the follower says it has.</content>
internal sealed partial class SnapshotActor
{
    /// <summary>More followers at once would each be slower, and none sooner there.</summary>
    private const int MostTransfers = 2;

    /// <summary>What may be under way to one follower: keeps a fast link busy over its round trip.</summary>
    private const int WindowBytes = 4 << 20;

    /// <summary>Damage on the way is rare, and by itself no reason to give up; again and again it is. So is a follower that loses what it had.</summary>
    private const int MostDamages = 4;

    /// <summary>Whoever has all of a snapshot reads it at this pace at least, before it says so.</summary>
    private const double LeastReadBytesPerSecond = 1 << 20;

    private static readonly TimeSpan OfferPeriod = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProgressPatience = TimeSpan.FromSeconds(60);

    private readonly RateBound _sending;
    private readonly SortedDictionary<MemberId, Transfer> _transfers = [];
    private readonly SortedDictionary<MemberId, SendSnapshot> _queued = [];

    /// <summary>The core asks once for each follower, and again only when it was answered or leads another term.</summary>
    private void OnWanted(SendSnapshot wanted)
    {
        if (_transfers.TryGetValue(wanted.To, out var former)) End(former);
        if (wanted.IsOutrun) WarnOutrun(wanted.To);
        _queued[wanted.To] = wanted;
        BeginQueued();
    }

    /// <summary>Under a steady load it may need one after the other for ever: only the operator can end that.</summary>
    private void WarnOutrun(MemberId to) => _logger.LogWarning(
        "{Member} installed a snapshot and needs another: meanwhile the log of {Node} outgrew the {Entries} entries and {Bytes} bytes that are kept for "
        + "it. If that repeats, raise snapshot.held-entries and snapshot.held-size, or snapshot.rate, on all members, or write less until it has caught up.",
        _around.NameOf(to), _around.Name, _options.HeldEntries, _options.HeldSizeBytes);

    /// <summary>The core does not wait for it any more, and so hears nothing of its end.</summary>
    private void OnWithdrawn(MemberId to)
    {
        _queued.Remove(to);
        if (!_transfers.TryGetValue(to, out var transfer)) return;
        End(transfer);
        _logger.LogInformation("{Node} sends {Member} no more of its snapshot: it is not wanted any more.", _around.Name, _around.NameOf(to));
    }

    private void BeginQueued()
    {
        var isMissing = false;
        foreach (var wanted in _queued.Values.ToArray())
        {
            if (_transfers.Count == MostTransfers) return;
            if (_files.Newest is { } newest && newest.Head.Index >= wanted.LeastIndex)
            {
                _queued.Remove(wanted.To);
                Begin(wanted.To, wanted.Term, newest);
            }
            else
            {
                // There is none yet; or without a disk one that is old by now, and there only because somebody still reads it.
                isMissing |= _draft is null || _draft.Head.Index < wanted.LeastIndex;
            }
        }

        if (isMissing) _context.Storage.Tell(SnapshotWanted.Instance);
    }

    private void Begin(MemberId to, long term, SnapshotFile snapshot)
    {
        var transfer = new Transfer(to, term, snapshot, _files.Open(snapshot), _context.Now);
        _transfers[to] = transfer;
        _logger.LogInformation(
            "{Node} sends {Member} a snapshot up to entry {Index}: {Bytes} bytes.",
            _around.Name, _around.NameOf(to), snapshot.Head.Mark.Index, snapshot.SizeBytes);
        _lane.Run(() => transfer.Id = IdOf(transfer.File), () => transfer.IsReady = true);
    }

    /// <summary>The beginning of the hash that the file ends with.</summary>
    private static ulong IdOf(IFile file)
    {
        Span<byte> hash = stackalloc byte[SnapshotFormat.HashBytes];
        file.Read(file.Length - hash.Length, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    private void GoOnSending()
    {
        if (_transfers.Count == 0) return;
        var now = _context.Now;
        foreach (var transfer in _transfers.Values.ToArray())
        {
            if (now - transfer.LastHeard > Patience) Fail(transfer, $"nothing was heard of it for {Patience.TotalSeconds} s");
            else if (now - transfer.LastProgress > ProgressPatienceOf(transfer)) Fail(transfer, $"it came no further than byte {transfer.Acknowledged}");
            else if (transfer.IsReady) GoOn(transfer, now);
        }
    }

    /// <summary>A follower that answers and gets nowhere holds the place of another. One that has all of it has still to read it.</summary>
    private static TimeSpan ProgressPatienceOf(Transfer transfer) => transfer.Acknowledged < transfer.SizeBytes
        ? ProgressPatience
        : ProgressPatience + TimeSpan.FromSeconds(transfer.SizeBytes / LeastReadBytesPerSecond);

    private void GoOn(Transfer transfer, TimeSpan now)
    {
        // A window without an answer: chunks or answers were lost, or the follower is busy with what it has. Once it has all of it, only the
        // word that it arrived whole is missing.
        var isAwaited = transfer.Next > transfer.Acknowledged || transfer.Acknowledged == transfer.SizeBytes;
        if (transfer.IsAnswered && isAwaited && now - transfer.LastAdvance > OfferPeriod) transfer.IsAnswered = false;
        if (!transfer.IsAnswered)
        {
            Offer(transfer, now);
            return;
        }

        var hasRoom = transfer.Next < transfer.SizeBytes && transfer.Next - transfer.Acknowledged < WindowBytes;
        if (transfer.IsReading || !hasRoom || !_sending.IsOpen(now)) return;
        transfer.IsReading = true;
        var (offset, chunk) = (transfer.Next, new byte[Math.Min(_options.ChunkSizeBytes, transfer.SizeBytes - transfer.Next)]);
        _lane.Run(() => transfer.File.Read(offset, chunk), () => OnRead(transfer, offset, chunk));
    }

    private void Offer(Transfer transfer, TimeSpan now)
    {
        if (now < transfer.NextOffer) return;
        var mark = transfer.Snapshot.Head.Mark;

        // Taken only once the connection is there: until then each tick tries.
        if (_transport.SendBulk(transfer.To, new SnapshotOffer(transfer.Id, transfer.Term, mark.Index, mark.Term, transfer.SizeBytes)))
            transfer.NextOffer = now + OfferPeriod;
    }

    private void OnRead(Transfer transfer, long offset, byte[] chunk)
    {
        transfer.IsReading = false;

        // Meanwhile it may have ended, or gone back.
        if (!IsCurrent(transfer) || transfer.Next != offset) return;
        if (!_transport.SendBulk(transfer.To, new SnapshotChunk(transfer.Id, offset, SnapshotChunks.CrcOf(offset, chunk), chunk)))
        {
            transfer.IsAnswered = false;
            return;
        }

        _sending.Spend(chunk.Length);
        transfer.Next += chunk.Length;
    }

    private bool IsCurrent(Transfer transfer) => _transfers.GetValueOrDefault(transfer.To) == transfer;

    private void OnProgress(MemberId from, SnapshotProgress progress)
    {
        if (!_transfers.TryGetValue(from, out var transfer) || !transfer.IsReady) return;
        if (transfer.Id != progress.Transfer || progress.Offset > transfer.SizeBytes) return;
        transfer.LastHeard = _context.Now;
        switch (progress.Receipt)
        {
            case SnapshotReceipt.Wanted: Advance(transfer, progress.Offset); break;
            case SnapshotReceipt.Damaged: OnDamaged(transfer, progress); break;
            case SnapshotReceipt.Arrived: OnArrivedThere(transfer); break;
            case SnapshotReceipt.Refused: Fail(transfer, Shown(progress)); break;
            default: throw new InvalidOperationException($"unknown receipt {progress.Receipt}");
        }
    }

    private void Advance(Transfer transfer, long offset)
    {
        if (offset > transfer.Acknowledged) transfer.LastAdvance = transfer.LastProgress = _context.Now;
        if (transfer.IsAnswered)
        {
            transfer.Acknowledged = Math.Max(transfer.Acknowledged, offset);
            return;
        }

        // The answer to an offer: what is there already, be it from before a restart, is not sent again; what was lost there is.
        if (offset < transfer.Acknowledged)
        {
            transfer.LastProgress = _context.Now;
            if (++transfer.Losses > MostDamages)
            {
                Fail(transfer, $"it lost what it had {transfer.Losses} times");
                return;
            }
        }

        transfer.IsAnswered = true;
        transfer.LastAdvance = _context.Now;
        transfer.Acknowledged = transfer.Next = offset;
    }

    private void OnDamaged(Transfer transfer, SnapshotProgress progress)
    {
        _logger.LogWarning(
            "A snapshot for {Member} was damaged on the way ({Reason}); it is sent again from byte {Offset} on.",
            _around.NameOf(transfer.To), Shown(progress), progress.Offset);
        if (IsSpoiled(transfer, progress))
        {
            Doubt(transfer);
            return;
        }

        if (++transfer.Damages > MostDamages)
        {
            Fail(transfer, $"it was damaged {transfer.Damages} times");
            return;
        }

        (transfer.IsAnswered, transfer.NextOffer) = (false, _context.Now);
    }

    /// <summary>
    /// Whether the follower threw away the whole a second time: the first time it may have been what it had from before, now the bytes are bad that
    /// this node reads from its own disk.
    /// </summary>
    private static bool IsSpoiled(Transfer transfer, SnapshotProgress damaged) =>
        damaged.Offset == 0 && transfer.Acknowledged > 0 && ++transfer.Spoils > 1;

    private void Doubt(Transfer transfer)
    {
        _logger.LogError(
            "{Node} gives away its snapshot up to entry {Index} no more, which is damaged on its own disk, and takes a fresh one. Look after {Path} and the disk.",
            _around.Name, transfer.Snapshot.Head.Index, transfer.Snapshot.Path);
        _files.Doubt(transfer.Snapshot);
        Fail(transfer, "it is damaged on this node's disk");
    }

    /// <summary>What a follower says of itself, so that it forges no line of the log.</summary>
    private static string Shown(SnapshotProgress progress) => progress.Detail is { Length: > 0 } detail ? PeerGreeting.Shown(detail) : "it gave no reason";

    private void OnArrivedThere(Transfer transfer)
    {
        End(transfer);
        _logger.LogInformation("{Member} has the snapshot up to entry {Index}.", _around.NameOf(transfer.To), transfer.Snapshot.Head.Mark.Index);
        _context.Election.Tell(new(new SnapshotSent(transfer.To, transfer.Snapshot.Head.Mark)));
    }

    private void Fail(Transfer transfer, string why)
    {
        End(transfer);
        _logger.LogWarning("The snapshot for {Member} was not delivered: {Reason}.", _around.NameOf(transfer.To), why);
        _context.Election.Tell(new(new SnapshotFailed(transfer.To)));
    }

    private void End(Transfer transfer)
    {
        _transfers.Remove(transfer.To);
        _transport.EndBulk(transfer.To);

        // A read may be under way: the lane closes behind it.
        _lane.Run(transfer.File.Dispose, static () => { });
        _files.Release(transfer.Snapshot);
        BeginQueued();
        CleanUp();
    }
}
