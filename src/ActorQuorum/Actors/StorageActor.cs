using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.Metrics;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;

namespace ActorQuorum.Actors;

/// <summary>
/// Owns the log on disk and the state machine. Never blocks: the lane writes one batch while the next gathers, so that a slow disk makes
/// larger batches and no timer is needed. A message that waits for the disk leaves from here.
/// </summary>
internal sealed partial class StorageActor(
    ILogStore log, IStateMachine machine, IDiskLane lane, NodeContext context, NodeTally tally, IEpochStore? epochs = null,
    SnapshotTrigger? snapshots = null)
    : IActor<StorageMessage>
{
    private readonly PriorityQueue<ViewWanted, long> _waitingViews = new();
    private List<Persist> _gathering = [];
    private List<Persist> _writing = [];
    private bool _isLaneBusy;
    private bool _isClosed;
    private long _appliedIndex = snapshots?.Start.Index ?? 0;
    private Action? _stopped;

    public void Receive(StorageMessage message)
    {
        switch (message)
        {
            case PersistWork(var persist): if (_stopped is null) _gathering.Add(persist); break;
            case ApplyWork(var entries): Apply(entries); break;
            case ViewWanted wanted: Want(wanted); break;
            case BatchDurable: OnBatchDurable(); break;
            case DiskDoubted: context.Node.Tell(new DiskCondition(context.IsDiskNearlyFull())); break;
            case InspectStorage(var inspection):
                inspection.See(_gathering.Count, _writing.Count, _waitingViews.Count);
                break;
            case SnapshotEnded(var took): OnSnapshotEnded(took); break;
            case SnapshotWanted: _isWanted = true; ConsiderSnapshot(); break;
            case InstallState install: Install(install); break;
            case KeepEpoch(var persist): if (_stopped is null) _epoch = persist; break;
            case EpochKept(var sequence): OnEpochKept(sequence); break;
            case StopStorage(var stopped): _stopped ??= stopped; break;
            case LogClosed: OnLogClosed(); break;
            default: throw new InvalidOperationException($"unknown storage message {message.GetType().Name}");
        }
    }

    public void EndTurn()
    {
        if (_isLaneBusy || _isClosed || WriteEpoch()) return;
        if (_gathering.Count > 0) WriteBatch();
        else if (_stopped is not null) CloseLog();
    }

    private void WriteBatch()
    {
        (_writing, _gathering) = (_gathering, _writing);
        _isLaneBusy = true;

        // All before it is durable, or the lane would be busy: a batch that changes nothing needs no disk.
        if (_writing.TrueForAll(IsEmpty)) OnBatchDurable();
        else lane.Run(() => log.Write(_writing), Flush, () => context.Storage.Tell(BatchDurable.Instance));
    }

    /// <summary>In the lane.</summary>
    private void Flush()
    {
        var began = context.Now;
        log.Flush();
        tally.FsyncSeconds?.Record((context.Now - began).TotalSeconds);
    }

    private static bool IsEmpty(Persist persist) => persist is { State: null, Base: null, TruncateFrom: 0, Entries.IsEmpty: true };

    private void OnBatchDurable()
    {
        _isLaneBusy = false;
        var last = _writing[^1];
        tally.BatchEntries?.Record(_writing.Sum(persist => persist.Entries.Length));
        context.Election.Tell(new(new Persisted(last.LastIndex, last.Generation, last.Sequence)));
        ImmutableArray<RaftMessage> messages = _writing.Count == 1 ? last.OnceDurable : [.. _writing.SelectMany(persist => persist.OnceDurable)];
        context.Node.Tell(new BatchOnDisk(messages, new(context.IsDiskNearlyFull()), log.SizeBytes));
        _writing.Clear();
        Trim();
    }

    private void Apply(ImmutableArray<Entry> entries)
    {
        var results = new CommandResult?[entries.Length];
        for (var i = 0; i < results.Length; i++)
        {
            var entry = entries[i];
            Core.Invariant.Check(entry.Index == _appliedIndex + 1, $"entry {entry.Index} applied behind {_appliedIndex}");
            if (entry.Kind == EntryKind.Command) results[i] = machine.Apply(entry.Index, entry.Payload);
            _appliedIndex = entry.Index;
        }

        tally.Applied += entries.Length;
        context.Election.Tell(new(new Applied(_appliedIndex)));
        context.Node.Tell(new CommandsApplied(entries, ImmutableCollectionsMarshal.AsImmutableArray(results)));
        ShowWaiting();
        Note(entries);
    }

    private void ShowWaiting()
    {
        while (_waitingViews.TryPeek(out var wanted, out var index) && index <= _appliedIndex) Show(_waitingViews.Dequeue());
    }

    private void Want(ViewWanted wanted)
    {
        if (wanted.Index <= _appliedIndex) Show(wanted);
        else _waitingViews.Enqueue(wanted, wanted.Index);
    }

    /// <summary>The view is an immutable root: whoever asked reads it off the actor, however long the range.</summary>
    private void Show(ViewWanted wanted) => context.Node.Tell(new ViewReady(wanted.RequestIds, machine.View));

    private void CloseLog()
    {
        _isLaneBusy = true;
        lane.Run(log.Close, log.Dispose, () => context.Storage.Tell(LogClosed.Instance));
    }

    private void OnLogClosed()
    {
        _isClosed = true;
        _stopped?.Invoke();
    }
}
