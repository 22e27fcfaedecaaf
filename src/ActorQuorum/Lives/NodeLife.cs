using System.Buffers.Binary;
using System.Security.Cryptography;
using ActorQuorum.Actors;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Lives;

/// <summary>
/// One life of a node: its storage, the host of its actors, the actors and the way to its peers, which begin and end together. A node has one life
/// after the other, behind the same <see cref="QuorumNode"/>, where its data directory begins anew.
/// </summary>
internal sealed partial class NodeLife
{
    private const string ResetAdvice =
        "it founds no cluster, and waits for its own to take it in. If that is another one by now (recover, restore), add it there and start it with --join";

    private readonly NodeEquipment _equipment;
    private readonly INodeHost _host;
    private readonly NodeStorage _storage;
    private readonly IPeerTransport _transport;
    private readonly Lock _endGate = new();
    private volatile Farewell? _farewell;
    private Task? _ending;

    private NodeLife(NodeEquipment equipment, INodeHost host, NodeActors actors, NodeStorage storage, IPeerTransport transport)
    {
        _equipment = equipment;
        _host = host;
        _storage = storage;
        _transport = transport;
        Actors = actors;
    }

    /// <summary>The actors.</summary>
    public NodeActors Actors { get; }

    /// <summary>The clock that the actors live by.</summary>
    public TimeProvider Time => _host.Time;

    /// <summary>Ends when no actor handles another message; faults with the cause if one of them, or the disk, failed.</summary>
    public Task Completion => _host.Completion;

    /// <summary>Whether no actor handles another message.</summary>
    public bool IsOver => _host.IsStopped;

    /// <summary>What the node knows of itself; one whose life ends neither leads nor follows anybody.</summary>
    public NodeStatus Status
    {
        get
        {
            var status = Actors.View.Status;
            return _farewell is null && !IsOver ? status : status with { Role = Role.Follower, Leader = MemberId.None };
        }
    }

    /// <summary>Opens the data directory, starts the actors, listens to the peers.</summary>
    /// <param name="equipment">What the node has.</param>
    /// <param name="ring">Called whenever the role has changed, or what somebody is called.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public static async Task<NodeLife> StartAsync(NodeEquipment equipment, Action ring, CancellationToken cancellationToken)
    {
        var (options, loggers, logger) = (equipment.Options, equipment.Loggers, equipment.Logger);
        var configured = NodeIdentity.Find(equipment.Files, options);
        var machine = new KeyValueStore(processors: equipment.Builder.ToProcessors(options.Name, logger));
        var storage = NodeStorage.Open(equipment.Files, options, configured, () => QuorumNode.DrawIncarnation(equipment.Time), machine);
        var identity = NodeIdentity.In(configured, storage);
        foreach (var note in storage.Notes) loggers.CreateLogger("ActorQuorum.Storage").LogWarning("{Node} {Note}", options.Name, note);
        var waitsForItsCluster = storage is { IsReset: true, Durable.State.Proven: false } && !identity.IsJoining;
        if (waitsForItsCluster) logger.LogWarning("{Node} was reset: {Reason}", options.Name, ResetAdvice);
        INodeHost? host = null;
        IPeerTransport? transport = null;
        try
        {
            host = equipment.Hosting.StartHost();
            NodeActors? running = null;

            // Until it follows a leader, and may vote, the node may not know yet who its leader is.
            bool MayNotKnowItsLeader() => Volatile.Read(ref running) is { View.Core: { IsProven: false } or { Leader.IsNone: true } };
            transport = equipment.Hosting.MakeTransport(
                host, TransportOptions(equipment, identity, storage) with { LetsCallersIn = MayNotKnowItsLeader }, loggers.CreateLogger("ActorQuorum.Transport"));
            var actors = NodeActors.Start(host, SetupOf(equipment, identity, storage, machine, transport, ring));

            // A leader may be heard before the log has told that there is such a member: what it is called comes later.
            actors.View.MembersChanged += ring;
            Volatile.Write(ref running, actors);
            await transport.StartAsync(actors, cancellationToken).ConfigureAwait(false);
            return new(equipment, host, actors, storage, transport);
        }
        catch
        {
            if (host is not null) await host.DisposeAsync().ConfigureAwait(false);
            if (transport is not null) await transport.DisposeAsync().ConfigureAwait(false);
            storage.Log.Dispose();
            storage.Dispose();
            throw;
        }
    }

    /// <summary>Says the last word: from now on the node leads nobody, and nobody hears of a role any more.</summary>
    /// <param name="farewell">What whoever asks is told.</param>
    public void BeginToEnd(Farewell farewell)
    {
        _farewell = farewell;
        Actors.View.Silence();
    }

    /// <summary>Ends in good order: no request is taken any more, what waits is answered, the log is closed cleanly, the data directory let go.</summary>
    /// <param name="farewell">What those are told who asked.</param>
    public Task EndAsync(Farewell farewell)
    {
        lock (_endGate) return _ending ??= End(farewell);
    }

    private static NodeSetup SetupOf(
        NodeEquipment equipment, ClusterIdentity identity, NodeStorage storage, KeyValueStore machine, IPeerTransport transport, Action ring)
    {
        var (options, loggers) = (equipment.Options, equipment.Loggers);
        var gauge = new DiskGauge(equipment.Files, options.DataDirectory, options.Log.ReserveBytes, equipment.Time);
        return new()
        {
            ClusterId = storage.ClusterId,
            Self = identity.Self,
            Members = identity.Members,
            IsJoining = identity.IsJoining,
            IsReset = storage.IsReset,
            Incarnation = storage.Incarnation,
            Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))),
            Durable = storage.Durable,
            Log = storage.Log,
            Snapshots = storage.Snapshots,
            Snapshot = options.Snapshot,
            ReserveBytes = options.Log.ReserveBytes,
            StorageLogger = loggers.CreateLogger("ActorQuorum.Storage"),
            IsDiskNearlyFull = options.Storage == StorageKind.Disk ? gauge.IsNearlyFull : static () => false,
            Machine = machine,
            Transport = transport,
            Election = options.Election,
            Limits = options.Limits,
            Tally = equipment.Tally,
            Logger = equipment.Logger,
            ElectionLogger = loggers.CreateLogger("ActorQuorum.Election"),
            RoleChanged = equipment.Hosting.RoleChanged + (_ => ring()),
            Roles = equipment.Roles,
        };
    }

    private static PeerTransportOptions TransportOptions(NodeEquipment equipment, ClusterIdentity identity, NodeStorage storage) => new()
    {
        ClusterId = storage.ClusterId,
        Self = identity.Self.Id,
        Name = identity.Self.Name,
        Incarnation = storage.Incarnation,
        Listen = identity.Self.PeerAddress,
        Peers = identity.Members.Where(member => member.Id != identity.Self.Id && member.PeerAddress.Length > 0)
            .ToDictionary(member => member.Id, member => new PeerAddress(member.Name, member.PeerAddress)),
        FrameSizeBytes = equipment.Options.Limits.FrameSizeBytes,
        QueueMessages = equipment.Options.Limits.PeerQueue,
        Time = equipment.Time,
    };

    private async Task End(Farewell farewell)
    {
        BeginToEnd(farewell);

        // Of a node that failed callers learn now: what follows may wait for a disk that hangs.
        if (IsOver) EndAsked(farewell);
        else await Told(stopped => Actors.StopNode(farewell, stopped)).ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
        if (!IsOver) await Told(Actors.StopStorage).ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
        EndAsked(farewell);
        _storage.Log.Dispose();
        _storage.Dispose();
    }

    private async Task Told(Action<Action> begin)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        begin(() => ended.TrySetResult());
        await Task.WhenAny(ended.Task, _host.Completion).ConfigureAwait(false);
    }
}
