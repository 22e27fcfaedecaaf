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
    private readonly List<ExportSnapshot> _exports = [];
    private Draft? _draft;

    private void BeginDraft(IStateCapture capture, SnapshotMark mark)
    {
        Core.Invariant.Check(_draft is null, "a second snapshot was begun before the first was done");
        var head = new SnapshotHead(_files.ClusterId, 0, mark, _around.Clock.GetUtcNow());
        _draft = new(capture, head, [.. _exports], _context.Now);
        _exports.Clear();
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
        if (draft.Full is not null) return;
        try
        {
            work();
        }
        catch (DiskFullException full)
        {
            draft.Full = full;
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
        if (draft.Full is { } full) GiveUp(draft, full);
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
        _draft = null;
        var took = _context.Now - draft.Began;
        _logger.LogInformation(
            "{Node} took a snapshot up to entry {Index}: {Bytes} bytes in {Seconds:0.0} s.", _around.Name, draft.Head.Mark.Index, sizeBytes, took.TotalSeconds);
        if (_isKept) _context.Election.Tell(new(new SnapshotTaken(draft.Head.Mark.Index)));
        _context.Storage.Tell(new SnapshotEnded(took));
        foreach (var export in draft.Exports) HandOut(export, draft.Placed!);
        BeginQueued();
        if (_incoming is null) _lane.Run(() => _files.DeleteParts(except: null), static () => { });
        CleanUp();
    }

    private void GiveUp(Draft draft, DiskFullException full)
    {
        _draft = null;
        draft.Capture.Dispose();
        draft.Writer?.Dispose();
        _lane.Run(() => _files.Files.Delete(_files.AsideOf(draft.Head.Mark.Index)), static () => { });
        _logger.LogWarning("{Node} gave a snapshot up: {Reason} It tries again later; until then its log grows.", _around.Name, full.Message);
        _context.Storage.Tell(new SnapshotEnded(_context.Now - draft.Began));
        foreach (var export in draft.Exports) export.Failed(full.Message);
        foreach (var (to, _) in _queued) _context.Election.Tell(new(new SnapshotFailed(to)));
        _queued.Clear();
    }

    private void OnExport(ExportSnapshot export)
    {
        _exports.Add(export);
        _context.Storage.Tell(SnapshotWanted.Instance);
    }

    private void HandOut(ExportSnapshot export, SnapshotFile snapshot)
    {
        var file = _files.Open(snapshot);
        export.Ready(new(snapshot, file, () => _context.Snapshots.Tell(new ExportEnded(snapshot))));
    }

    /// <summary>A snapshot that is being written.</summary>
    private sealed class Draft(IStateCapture capture, SnapshotHead head, IReadOnlyList<ExportSnapshot> exports, TimeSpan began)
    {
        public IStateCapture Capture { get; } = capture;

        public SnapshotHead Head { get; } = head;

        public IReadOnlyList<ExportSnapshot> Exports { get; } = exports;

        public TimeSpan Began { get; } = began;

        public SnapshotWriter? Writer { get; set; }

        public SnapshotFile? Placed { get; set; }

        public DiskFullException? Full { get; set; }

        public bool IsBusy { get; set; }

        public bool HasMore { get; set; } = true;

        public long PieceBytes { get; set; }

        public long UnflushedBytes { get; set; }
    }
}
