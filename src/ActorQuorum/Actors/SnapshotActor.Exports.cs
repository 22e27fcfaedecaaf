using ActorQuorum.Storage;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <content>Snapshots to take away: who waits shares the next one, and all that is out is bounded.</content>
internal sealed partial class SnapshotActor
{
    /// <summary>Callers at most that wait for a snapshot or read one.</summary>
    private const int MostExports = 16;

    /// <summary>Snapshots at most that they keep on the disk (or in memory) all together, be they superseded by now.</summary>
    private const int MostExported = 2;

    /// <summary>How often it is looked whether the disk has room for a superseded snapshot that somebody still reads.</summary>
    private static readonly TimeSpan RoomPeriod = TimeSpan.FromSeconds(1);

    private readonly List<ExportRequest> _waiting = [];
    private readonly List<SnapshotExport> _exports = [];
    private TimeSpan _waitingSince;
    private TimeSpan _nextRoomCheck;

    private int Exported => _exports.Select(export => export.Snapshot.Path).Distinct().Count() + (_draft is { Exports.Count: > 0 } ? 1 : 0);

    private void OnExport(ExportRequest request)
    {
        var callers = _waiting.Count + (_draft?.Exports.Count ?? 0) + _exports.Count;
        if (callers >= MostExports)
        {
            request.Failed(QuorumError.Overloaded, $"overloaded: {callers} callers wait for a snapshot of {_around.Name} or read one; repeat when one of them is done");
            return;
        }

        if (_waiting.Count == 0 && Exported >= MostExported)
        {
            request.Failed(QuorumError.Overloaded, $"overloaded: {MostExported} snapshots of {_around.Name} are being read; repeat when one of them is read");
            return;
        }

        // All that wait get the same one, which begins after they asked.
        if (_waiting.Count == 0) _waitingSince = _context.Now;
        _waiting.Add(request);
        _context.Storage.Tell(SnapshotWanted.Instance);
    }

    private void OnForgotten(ExportRequest request)
    {
        if (!_waiting.Remove(request)) _draft?.Exports.Remove(request);
    }

    private void HandOut(ExportRequest request, SnapshotFile snapshot)
    {
        var export = new SnapshotExport(snapshot, _files.Open(snapshot), ended => _context.Snapshots.Tell(new ExportEnded(ended)));
        _exports.Add(export);
        request.Ready(export);
    }

    private void OnExportEnded(SnapshotExport export)
    {
        _exports.Remove(export);
        _files.Release(export.Snapshot);
        CleanUp();
    }

    private void WatchExports()
    {
        // A snapshot that is wanted begins at once, unless there is nothing to put in it.
        if (_waiting.Count > 0 && _draft is null && _context.Now - _waitingSince > Patience) FailWaiting();
        if (!AreSupersededRead || _context.Now < _nextRoomCheck) return;
        _nextRoomCheck = _context.Now + RoomPeriod;
        var isRoom = true;
        _lane.Run(() => isRoom = HasRoom(0), () =>
        {
            if (!isRoom) EndSuperseded();
        });
    }

    private void FailWaiting()
    {
        foreach (var request in _waiting)
            request.Failed(QuorumError.TimedOut, $"{_around.Name} has applied nothing yet that could stand in a snapshot; ask another member, or wait until it has caught up");
        _waiting.Clear();
    }

    private bool AreSupersededRead => _exports.Exists(IsSuperseded);

    private bool IsSuperseded(SnapshotExport export) => export.Snapshot.Path != _files.Newest?.Path;

    /// <summary>The disk has no room: what is on it only because somebody reads it goes.</summary>
    private void EndSuperseded()
    {
        foreach (var export in _exports.FindAll(IsSuperseded))
        {
            if (export.CutOff.IsCancellationRequested) continue;
            _logger.LogWarning(
                "{Node} ends a caller's reading of its snapshot up to entry {Index}: it has a newer one, and its disk no room for both. Save again once there is room.",
                _around.Name, export.Head.Index);
            export.End($"the disk of {_around.Name} has no room for a snapshot that a newer one has taken the place of; save again once there is room");
        }
    }
}
