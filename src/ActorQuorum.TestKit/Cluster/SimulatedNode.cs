using System.Text;
using ActorQuorum.Actors;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.TestKit.Network;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.TestKit.Cluster;

/// <summary>One node of a <see cref="SimulatedCluster"/>: the production actors, log and state machine on a simulated host, disk and network.</summary>
internal sealed class SimulatedNode
{
    private readonly Simulation _simulation;
    private readonly SimulatedNetwork _network;
    private readonly NodeOptions _options;
    private readonly ILogger _logger;
    private SimulatedHost? _host;
    private NodeStorage? _storage;

    /// <summary>A node that is not started yet.</summary>
    public SimulatedNode(Simulation simulation, SimulatedNetwork network, NodeOptions options, ILogger logger)
    {
        _simulation = simulation;
        _network = network;
        _options = options;
        _logger = logger;
        Identity = ClusterIdentity.Of(options);
        Disk = new(simulation.Random.Next());
    }

    /// <summary>Who it is.</summary>
    public ClusterIdentity Identity { get; }

    /// <summary>Its name.</summary>
    public string Name => _options.Name;

    /// <summary>Its number.</summary>
    public MemberId Id => Identity.Self.Id;

    /// <summary>Whether it keeps its log on its disk.</summary>
    public bool IsDurable => _options.Storage == StorageKind.Disk;

    /// <summary>Its disk; outlives a crash.</summary>
    public SimulatedDisk Disk { get; private set; }

    /// <summary>How long its disk takes, from the next start on.</summary>
    public DiskLatency Latency { get; set; } = DiskLatency.Fast;

    /// <summary>Its actors, while it runs.</summary>
    public NodeActors? Actors { get; private set; }

    /// <summary>Its state machine, while it runs.</summary>
    public TextMap? Map { get; private set; }

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _host is { IsStopped: false };

    /// <summary>Why it stopped itself, or null.</summary>
    public Exception? Failure => _host?.Failure;

    /// <summary>Its core; the node must run.</summary>
    public RaftCore Core => Actors?.Core ?? throw new InvalidOperationException($"{Name} does not run");

    /// <summary>Starts it from what its disk holds.</summary>
    public void Start()
    {
        var host = new SimulatedHost(_simulation, Latency);
        var storage = NodeStorage.Open(Disk, _options, Identity, DrawIncarnation);
        var transport = new SimulatedTransport(_network, Id, host);
        var map = new TextMap();
        Actors = NodeActors.Start(host, new()
        {
            ClusterId = Identity.ClusterId,
            Self = Identity.Self,
            Members = Identity.Members,
            Incarnation = storage.Incarnation,
            Seed = _simulation.Random.Next(),
            Durable = storage.Durable,
            Log = storage.Log,
            IsDiskNearlyFull = () => Disk.FreeBytes(_options.DataDirectory) < _options.Log.ReserveBytes,
            Machine = map,
            Transport = transport,
            Election = _options.Election,
            Limits = _options.Limits,
            Logger = _logger,
        });
        (_host, _storage, Map) = (host, storage, map);
        transport.StartAsync(Actors, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>A client of this node sets a key.</summary>
    public SimulatedRequest Put(string key, string value, double patienceSeconds = 5) =>
        Ask(RequestKind.Command, Consistency.Linearizable, $"{key}={value}", patienceSeconds);

    /// <summary>A client of this node asks for a key.</summary>
    public SimulatedRequest Get(string key, Consistency consistency = Consistency.Linearizable, double patienceSeconds = 5) =>
        Ask(RequestKind.Query, consistency, key, patienceSeconds);

    /// <summary>Ends the process between two steps; what the disk was not told to keep is lost in the given way.</summary>
    public void Crash(CrashMode mode)
    {
        _host?.Crash();
        _storage?.Dispose();
        _network.Disconnect(Id);
        Disk.Crash(mode);
        Actors = null;
        Map = null;
    }

    /// <summary>Replaces the disk of a stopped node by an empty one.</summary>
    public void WipeDisk() => Disk = new(_simulation.Random.Next());

    /// <summary>The process is swapped out for a while.</summary>
    public void Pause(TimeSpan duration) => _host?.Pause(duration);

    private SimulatedRequest Ask(RequestKind kind, Consistency consistency, string text, double patienceSeconds)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        var request = new SimulatedRequest(payload);
        Actors?.Take(new Request(kind, consistency, payload, TimeSpan.FromSeconds(patienceSeconds), request));
        return request;
    }

    /// <summary>Incarnations rise with virtual time, as they do with the real one.</summary>
    private ulong DrawIncarnation() => ((ulong)_simulation.Now.Ticks << 10) | (_simulation.Random.Next() & 1023) | 1;
}
