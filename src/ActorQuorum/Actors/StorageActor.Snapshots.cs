using System.Collections.Immutable;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Actors;

/// <content>When a snapshot is taken, and what becomes of the state when a leader's is installed.</content>
internal sealed partial class StorageActor
{
    /// <summary>At most a tenth of the time snapshots are written, however fast the log grows.</summary>
    private const int PauseFactor = 9;

    private readonly SnapshotTrigger _trigger = snapshots ?? SnapshotTrigger.Never;

    /// <summary>What a snapshot of the state as it is would say of the log.</summary>
    private SnapshotMark _mark = snapshots?.Start ?? SnapshotMark.None;
    private long _entriesSince;
    private long _bytesSince;
    private bool _isCapturing;
    private bool _isWanted;
    private TimeSpan _notBefore;

    private void Note(ImmutableArray<Entry> entries)
    {
        _mark = _mark.After(entries.AsSpan());
        _entriesSince += entries.Length;
        foreach (var entry in entries) _bytesSince += entry.SizeBytes;
        ConsiderSnapshot();
    }

    private void ConsiderSnapshot()
    {
        var isDue = _entriesSince >= _trigger.Options.Entries || _bytesSince >= _trigger.Options.SizeBytes;
        if (_isCapturing || _stopped is not null || _mark.Index == 0 || (!_isWanted && (!isDue || context.Now < _notBefore))) return;
        (_entriesSince, _bytesSince) = (0, 0);
        if (!_trigger.IsKept && !_isWanted)
        {
            // Nothing of this node outlives its process: whoever needs a snapshot gets one made for it.
            context.Election.Tell(new(new SnapshotTaken(_mark.Index)));
            return;
        }

        (_isCapturing, _isWanted) = (true, false);
        context.Snapshots.Tell(new TakeSnapshot(machine.Capture(), _mark));
    }

    private void OnSnapshotEnded(TimeSpan took)
    {
        _isCapturing = false;
        _notBefore = context.Now + (took * PauseFactor);
        ConsiderSnapshot();
    }

    private void Install(InstallState install)
    {
        Core.Invariant.Check(install.Mark.Index > _appliedIndex, $"a snapshot to {install.Mark.Index} installed behind {_appliedIndex}");
        install.Restore.Install();
        _mark = install.Mark;
        _appliedIndex = install.Mark.Index;
        (_entriesSince, _bytesSince) = (0, 0);
        context.Election.Tell(new(new SnapshotInstalled(install.Mark)));
        context.Node.Tell(new StateInstalled(install.Mark, machine.Revision));
        ShowWaiting();
    }

    /// <summary>Files go on the other lane: the log's flush does not wait for it.</summary>
    private void Trim()
    {
        if (log.TakeTrim() is { } trim) context.Snapshots.Tell(new TrimLog(trim));
    }
}

/// <summary>What the StorageActor must know to have snapshots taken.</summary>
/// <param name="Options">When.</param>
/// <param name="Start">What the state at the start stands for.</param>
/// <param name="IsKept">Whether snapshots are kept, for a next start.</param>
internal sealed record SnapshotTrigger(SnapshotOptions Options, SnapshotMark Start, bool IsKept)
{
    /// <summary>No snapshot is taken.</summary>
    public static SnapshotTrigger Never { get; } = new(new() { Entries = int.MaxValue, SizeBytes = long.MaxValue }, SnapshotMark.None, IsKept: false);
}
