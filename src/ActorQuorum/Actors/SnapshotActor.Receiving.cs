using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <content>Receiving a leader's snapshot: written aside, checked as a whole, then shown to the core, and put in its place only if that wants it.</content>
internal sealed partial class SnapshotActor
{
    /// <summary>A sender that was not heard for so long, which is longer than it would wait itself, does not go on; or begins again.</summary>
    private static readonly TimeSpan SenderPatience = TimeSpan.FromSeconds(30);

    private Incoming? _incoming;

    /// <summary>The transfer that was last put in its place here.</summary>
    private ulong? _placed;

    private void OnOffer(MemberId from, SnapshotOffer offer)
    {
        if (_incoming is { } current && offer.Term < current.Offer.Term)
        {
            Answer(from, offer, 0, SnapshotReceipt.Refused, $"a leader of term {current.Offer.Term} sends one, this one is of term {offer.Term}");
            return;
        }

        if (_incoming is { } known && known.Offer.Transfer == offer.Transfer && known.Offer.SizeBytes == offer.SizeBytes)
        {
            (known.From, known.Offer, known.LastHeard) = (from, offer, _context.Now);
            if (known.IsOpen) Answer(known, known.Restore is null ? SnapshotReceipt.Wanted : SnapshotReceipt.Arrived);
            return;
        }

        if (_placed == offer.Transfer)
        {
            // That it arrived was said, but not heard: it need not come a second time.
            Answer(from, offer, offer.SizeBytes, SnapshotReceipt.Arrived, null);
            return;
        }

        if (_incoming is { IsComplete: true })
        {
            Answer(from, offer, 0, SnapshotReceipt.Refused, "another snapshot is being installed");
            return;
        }

        if (_incoming is { } former) Abandon(former);
        var incoming = new Incoming(from, offer, _files.PartOf(offer.Transfer), _context.Now);
        _incoming = incoming;
        _lane.Run(() => Open(incoming), () => Flush(incoming), () => OnOpened(incoming));
    }

    /// <summary>
    /// What nobody sends any more holds no place: neither a leader of a lower term is refused for its sake, nor is its file kept from being deleted
    /// with the next snapshot of this node. Until then it is there to be gone on with.
    /// </summary>
    private void WatchIncoming()
    {
        if (_incoming is not { IsOpen: true, IsComplete: false } incoming || _context.Now - incoming.LastHeard <= SenderPatience) return;
        _incoming = null;
        _lane.Run(incoming.File!.Dispose, static () => { });
        _logger.LogInformation(
            "{Node} hears no more of the snapshot that {Member} was sending: it has {Written} of {Bytes} bytes.",
            _around.Name, _around.NameOf(incoming.From), incoming.Written, incoming.Offer.SizeBytes);
    }

    /// <summary>In the lane. What arrived of the same snapshot before, be it before a restart, is still good: its checksums tell in the end.</summary>
    private void Open(Incoming incoming)
    {
        _files.DeleteParts(except: incoming.Path);
        var file = _files.Files.Open(incoming.Path, create: true);
        if (file.Length > incoming.Offer.SizeBytes)
        {
            file.Dispose();
            _files.Files.Delete(incoming.Path);
            file = _files.Files.Open(incoming.Path, create: true);
        }

        // Who wrote it may have died before it was flushed.
        (incoming.File, incoming.UnflushedBytes) = (file, file.Length);
        incoming.HasRoom = HasRoom(incoming.Offer.SizeBytes - file.Length);
    }

    private void OnOpened(Incoming incoming)
    {
        if (_incoming != incoming) return;
        if (!incoming.HasRoom || incoming.IsFull)
        {
            Refuse(incoming, SnapshotReceipt.Refused, $"{NoRoom(incoming.Path)}: it has {incoming.Offer.SizeBytes} bytes");
            return;
        }

        incoming.IsOpen = true;
        incoming.Expected = incoming.Written = incoming.File!.Length;
        if (incoming.Written == incoming.Offer.SizeBytes) Check(incoming);
        else Answer(incoming, SnapshotReceipt.Wanted);
    }

    private void OnChunk(MemberId from, SnapshotChunk chunk, IInboundCredit? credit)
    {
        if (_incoming is not { IsOpen: true, IsComplete: false } incoming || incoming.Offer.Transfer != chunk.Transfer || incoming.From != from
            || chunk.Offset != incoming.Expected || chunk.Bytes.IsEmpty || chunk.Bytes.Length > incoming.Offer.SizeBytes - chunk.Offset)
        {
            // Something before it was lost, or it came twice: the next offer sorts it out.
            credit?.Release();
            return;
        }

        incoming.LastHeard = _context.Now;

        if (chunk.Crc != SnapshotChunks.CrcOf(chunk.Offset, chunk.Bytes.Span))
        {
            credit?.Release();
            Answer(incoming, SnapshotReceipt.Damaged, $"the checksum of the bytes at {chunk.Offset} does not match");
            return;
        }

        incoming.Expected += chunk.Bytes.Length;
        _lane.Run(() => Append(incoming, chunk.Bytes.Span), () => Flush(incoming), () => OnAppended(incoming, chunk, credit));
    }

    private void Append(Incoming incoming, ReadOnlySpan<byte> bytes)
    {
        if (incoming.IsFull) return;
        try
        {
            if (!HasRoom(bytes.Length)) throw new DiskFullException(incoming.Path);
            incoming.File!.Append(bytes);
            incoming.UnflushedBytes += bytes.Length;
        }
        catch (DiskFullException)
        {
            incoming.IsFull = true;
        }
    }

    private static void Flush(Incoming incoming)
    {
        if (incoming.IsFull || (incoming.UnflushedBytes < FlushBytes && incoming.File!.Length < incoming.Offer.SizeBytes)) return;
        try
        {
            incoming.File!.Flush();
            incoming.UnflushedBytes = 0;
        }
        catch (DiskFullException)
        {
            incoming.IsFull = true;
        }
    }

    private void OnAppended(Incoming incoming, SnapshotChunk chunk, IInboundCredit? credit)
    {
        credit?.Release();
        if (_incoming != incoming) return;
        if (incoming.IsFull)
        {
            Refuse(incoming, SnapshotReceipt.Refused, NoRoom(incoming.Path));
            return;
        }

        incoming.Written = chunk.Offset + chunk.Bytes.Length;
        if (incoming.Written == incoming.Offer.SizeBytes) Check(incoming);
        else Answer(incoming, SnapshotReceipt.Wanted);
    }

    private void Check(Incoming incoming)
    {
        incoming.IsComplete = true;
        incoming.File!.Dispose();
        _lane.Run(() => Read(incoming), () => OnChecked(incoming));
    }

    /// <summary>In the lane: every checksum is checked, and the state made of it, before anybody hears of it.</summary>
    private void Read(Incoming incoming)
    {
        try
        {
            using var reader = new SnapshotReader(_files.Files.Open(incoming.Path, create: false), incoming.Path, withHash: true);
            if (reader.Head.ClusterId != _files.ClusterId)
            {
                incoming.Foreign = $"it is a snapshot of cluster {reader.Head.ClusterId:x16}, this is cluster {_files.ClusterId:x16}";
                return;
            }

            if (reader.Head.Mark.Index != incoming.Offer.Index || reader.Head.Mark.Term != incoming.Offer.EntryTerm)
                throw reader.Damaged($"it stands for entry {reader.Head.Mark.Index}, but was offered for {incoming.Offer.Index}");
            var restore = _around.Machine.BeginRestore();
            restore.Read(reader);
            reader.Finish();
            (incoming.Head, incoming.Restore) = (reader.Head, restore);
        }
        catch (Exception damage) when (damage is SnapshotDamagedException or NewerFormatException)
        {
            incoming.Damage = damage.Message;
        }
    }

    private void OnChecked(Incoming incoming)
    {
        if (incoming.Foreign is { } foreign)
        {
            Refuse(incoming, SnapshotReceipt.Refused, foreign);
        }
        else if (incoming.Damage is { } damage)
        {
            Refuse(incoming, SnapshotReceipt.Damaged, damage);
        }
        else
        {
            Answer(incoming, SnapshotReceipt.Arrived);
            _context.Election.Tell(new(new SnapshotArrived(incoming.From, incoming.Offer.Term, incoming.Head!.Mark)));
        }
    }

    private void OnJudged(SnapshotMark? install)
    {
        if (_incoming is not { Restore: { } restore } incoming) return;
        if (install is null || !install.Equals(incoming.Head!.Mark))
        {
            Abandon(incoming);
            return;
        }

        // Once it is in its place it counts, whatever happens: a start that finds it has the log begin behind it.
        _lane.Run(() => _files.Place(incoming.Head, incoming.Path, incoming.Offer.SizeBytes), () =>
        {
            _incoming = null;
            _placed = incoming.Offer.Transfer;
            _logger.LogInformation(
                "{Node} installs a snapshot of {Member} up to entry {Index}: {Bytes} bytes.",
                _around.Name, _around.NameOf(incoming.From), incoming.Head.Mark.Index, incoming.Offer.SizeBytes);
            _context.Storage.Tell(new InstallState(restore, incoming.Head.Mark));
            CleanUp();
        });
    }

    private void Refuse(Incoming incoming, SnapshotReceipt receipt, string why)
    {
        _logger.LogWarning(
            "{Node} refuses the snapshot that {Member} sent, nothing was changed: {Reason}", _around.Name, _around.NameOf(incoming.From), why);
        Answer(incoming.From, incoming.Offer, 0, receipt, why);
        Abandon(incoming);
    }

    private void Abandon(Incoming incoming)
    {
        _incoming = null;
        _lane.Run(
            () =>
            {
                incoming.File?.Dispose();
                _files.Files.Delete(incoming.Path);
            },
            static () => { });
    }

    private void Answer(Incoming incoming, SnapshotReceipt receipt, string? why = null) =>
        Answer(incoming.From, incoming.Offer, incoming.Written, receipt, why);

    private void Answer(MemberId to, SnapshotOffer offer, long offset, SnapshotReceipt receipt, string? why) =>
        _transport.Send(to, new SnapshotProgress(offer.Transfer, offset, receipt, why));
}
