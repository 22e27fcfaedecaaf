using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.Storage;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <summary>
/// Takes, sends, receives and hands out snapshots, on a lane of its own and no faster than it may. It decides nothing: the core says who needs one
/// and whether one that arrived is installed.
/// </summary>
internal sealed partial class SnapshotActor : IActor<SnapshotWork>
{
    private readonly SnapshotFiles _files;
    private readonly NodeContext _context;
    private readonly SnapshotLane _lane;
    private readonly IPeerTransport _transport;
    private readonly SnapshotOptions _options;
    private readonly SnapshotSurroundings _around;
    private readonly bool _isKept;
    private readonly ILogger _logger;

    /// <summary>The actor of one node.</summary>
    public SnapshotActor(
        SnapshotFiles? files, IDiskLane lane, NodeContext context, IPeerTransport transport, SnapshotOptions options,
        SnapshotSurroundings around, ILogger logger)
    {
        // A node without a disk keeps none: each is made when it is wanted.
        _isKept = files is not null;
        _files = files ?? new SnapshotFiles(new MemoryFiles(), "snapshots", around.ClusterId);
        _context = context;
        _lane = new(lane, context);
        _transport = transport;
        _options = options;
        _around = around;
        _logger = logger;
        _writing = new(options.RateBytes);
        _sending = new(options.RateBytes);
    }

    /// <inheritdoc/>
    public void Receive(SnapshotWork message)
    {
        switch (message)
        {
            case TakeSnapshot(var capture, var mark): BeginDraft(capture, mark); break;
            case SendSnapshot wanted: OnWanted(wanted); break;
            case WithdrawSnapshot(var to): OnWithdrawn(to); break;
            case SnapshotHeard(var from, SnapshotOffer offer, var credit): credit?.Release(); OnOffer(from, offer); break;
            case SnapshotHeard(var from, SnapshotChunk chunk, var credit): OnChunk(from, chunk, credit); break;
            case SnapshotHeard(var from, SnapshotProgress progress, var credit): credit?.Release(); OnProgress(from, progress); break;
            case SnapshotJudged(var install): OnJudged(install); break;
            case TrimLog(var trim): _lane.Run(trim, static () => { }); break;
            case ExportSnapshot(var request): OnExport(request); break;
            case ForgetExport(var request): OnForgotten(request); break;
            case ExportEnded(var export): OnExportEnded(export); break;
            case SnapshotLaneDone: _lane.Done(); break;
            case SnapshotTick: break;
            default: throw new InvalidOperationException($"unknown snapshot work {message.GetType().Name}");
        }
    }

    /// <inheritdoc/>
    public void EndTurn()
    {
        GoOnWriting();
        GoOnSending();
        WatchIncoming();
        WatchExports();
        _context.AreSnapshotsBusy = _draft is not null || _transfers.Count > 0 || _queued.Count > 0
            || _incoming is not null || _waiting.Count > 0 || _exports.Count > 0;
    }

    /// <summary>In the lane: whether so many bytes can be written and the log still has its reserve.</summary>
    private bool HasRoom(long bytes) => _files.Files.FreeBytes(_files.Directory) - bytes >= _around.ReserveBytes;

    /// <summary>What <see cref="HasRoom"/> denied, or the disk itself, in words.</summary>
    private string NoRoom(string path) =>
        $"the disk has no room for {path} beside the {_around.ReserveBytes} bytes that stay free for the log; free some space on it";

    /// <summary>What nobody needs any more goes: older snapshots, and with no disk the newest as well.</summary>
    private void CleanUp()
    {
        if (!_isKept && _transfers.Count == 0 && _queued.Count == 0 && _waiting.Count == 0) _files.DeleteNewest();
        _lane.Run(_files.DeleteOlder, static () => { });
    }
}

/// <summary>What the SnapshotActor must know of its node.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="Name">The node's name, for the log.</param>
/// <param name="Machine">The state machine that snapshots are restored for.</param>
/// <param name="NameOf">The members' names.</param>
/// <param name="Clock">The wall clock, for people.</param>
/// <param name="ReserveBytes">What stays free on the disk for the log.</param>
internal sealed record SnapshotSurroundings(
    ulong ClusterId, string Name, StateMachines.IStateMachine Machine, Func<MemberId, string> NameOf, TimeProvider Clock, long ReserveBytes);
