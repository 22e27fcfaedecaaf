using ActorQuorum.Core;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <content>Writing a snapshot of this node's state.</content>
internal sealed partial class SnapshotActor
{
    /// <summary>What is written in one job: others of the lane wait no longer than that takes.</summary>
    private const int PieceBytes = 1 << 20;

    /// <summary>What is written before it is flushed: the system never has so much to write back that the log's flush would wait long behind it.</summary>
    private const int FlushBytes = 4 << 20;

    private readonly RateBound _writing;
    private Draft? _draft;

    private void BeginDraft(IStateCapture capture, SnapshotMark mark)
    {
        Core.Invariant.Check(_draft is null, "a second snapshot was begun before the first was done");
        var head = new SnapshotHead(_files.ClusterId, 0, mark, _around.Clock.GetUtcNow());
        _draft = new(capture, head, [.. _waiting], _context.Now);
        _waiting.Clear();
    }

    private void GoOnWriting()
    {
        if (_draft is not { IsBusy: false } draft || !_writing.IsOpen(_context.Now)) return;
        draft.IsBusy = true;
        _lane.Run(() => Guarded(draft, () => WritePiece(draft)), () => Guarded(draft, () => FlushPiece(draft)), () => OnPieceWritten(draft));
    }

    /// <summary>In the lane. A full disk is no reason to stop the node: what it needs to go on is not in here.</summary>
    private static void Guarded(Draft draft, Action work)
    {
        if (draft.IsFull) return;
        try
        {
            work();
        }
        catch (DiskFullException)
        {
            draft.IsFull = true;
        }
    }

    private void WritePiece(Draft draft)
    {
        if (!HasRoom(PieceBytes)) throw new DiskFullException(_files.AsideOf(draft.Head.Mark.Index));
        draft.Writer ??= _files.Begin(draft.Head);
        var before = draft.Writer.FileBytes;
        draft.HasMore = draft.Capture.WriteSome(draft.Writer, PieceBytes);
        if (!draft.HasMore) draft.Writer.Complete();
        draft.PieceBytes = draft.Writer.FileBytes - before;
        draft.UnflushedBytes += draft.PieceBytes;
    }

    private static void FlushPiece(Draft draft)
    {
        if (draft.HasMore && draft.UnflushedBytes < FlushBytes) return;
        draft.Writer!.Flush();
        draft.UnflushedBytes = 0;
    }

    private void OnPieceWritten(Draft draft)
    {
        draft.IsBusy = false;
        _writing.Spend(draft.PieceBytes);
        if (draft.IsFull) GiveUp(draft);
        else if (!draft.HasMore) Place(draft);
    }

    private void Place(Draft draft)
    {
        draft.IsBusy = true;
        draft.Capture.Dispose();
        var sizeBytes = draft.Writer!.FileBytes;
        draft.Writer.Dispose();
        _lane.Run(() => draft.Placed = _files.Place(draft.Head, _files.AsideOf(draft.Head.Mark.Index), sizeBytes), () => OnPlaced(draft, sizeBytes));
    }

    private void OnPlaced(Draft draft, long sizeBytes)
    {
        EndDraft();
        var took = _context.Now - draft.Began;
        _logger.LogInformation(
            "{Node} took a snapshot up to entry {Index}: {Bytes} bytes in {Seconds:0.0} s.", _around.Name, draft.Head.Mark.Index, sizeBytes, took.TotalSeconds);
        if (_isKept) _context.Election.Tell(new(new SnapshotTaken(draft.Head.Mark.Index)));
        _context.Storage.Tell(new SnapshotEnded(took));
        foreach (var request in draft.Exports) HandOut(request, draft.Placed!);
        BeginQueued();
        if (_incoming is null) _lane.Run(() => _files.DeleteParts(except: null), static () => { });
        CleanUp();
    }

    private void GiveUp(Draft draft)
    {
        var why = NoRoom(_files.AsideOf(draft.Head.Mark.Index));
        EndDraft();
        draft.Capture.Dispose();
        draft.Writer?.Dispose();
        _lane.Run(() => _files.Files.Delete(_files.AsideOf(draft.Head.Mark.Index)), static () => { });
        _logger.LogWarning("{Node} gave a snapshot up: {Reason}. It tries again later; until then its log grows.", _around.Name, why);
        _context.Storage.Tell(new SnapshotEnded(_context.Now - draft.Began));
        foreach (var request in draft.Exports) request.Failed(QuorumError.DiskNearlyFull, why);
        EndSuperseded();
        foreach (var to in _queued.Keys) _context.Election.Tell(new(new SnapshotFailed(to)));
        _queued.Clear();
    }

    private void EndDraft()
    {
        _draft = null;
        _waitingSince = _context.Now;
    }

    /// <summary>A snapshot that is being written.</summary>
    private sealed class Draft(IStateCapture capture, SnapshotHead head, List<ExportRequest> exports, TimeSpan began)
    {
        public IStateCapture Capture { get; } = capture;

        public SnapshotHead Head { get; } = head;

        /// <summary>Who gets it.</summary>
        public List<ExportRequest> Exports { get; } = exports;

        public TimeSpan Began { get; } = began;

        public SnapshotWriter? Writer { get; set; }

        public SnapshotFile? Placed { get; set; }

        public bool IsFull { get; set; }

        public bool IsBusy { get; set; }

        public bool HasMore { get; set; } = true;

        public long PieceBytes { get; set; }

        public long UnflushedBytes { get; set; }
    }
}
