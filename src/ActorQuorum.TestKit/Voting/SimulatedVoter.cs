using System.Globalization;
using System.Net;
using ActorQuorum.Actors;
using ActorQuorum.Core.Voting;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.Transport.Discovery;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.TestKit.Voting;

/// <summary>One machine of a <see cref="VotingCluster"/> and the node on it: the production actors and core on a simulated host, disk and network.</summary>
internal sealed class SimulatedVoter
{
    private const ulong ClusterId = 0xC0457A47;
    private const string DataDirectory = "data";
    private const long EpochMs = 1_700_000_000_000;
    private readonly Simulation _simulation;
    private readonly VotingNetwork _network;
    private readonly Action<SimulatedVoter> _stepped;
    private readonly Action<SimulatedVoter> _stopped;
    private NodeClock _clock;
    private SimulatedHost? _host;
    private EpochFile? _epochs;
    private long _startedAt;

    /// <summary>A machine whose node is not started yet.</summary>
    public SimulatedVoter(int number, string name, Simulation simulation, VotingNetwork network, Action<SimulatedVoter> stepped, Action<SimulatedVoter> stopped)
    {
        (Number, Name, _simulation, _network, _stepped, _stopped) = (number, name, simulation, network, stepped, stopped);
        _clock = new(simulation);
        Disk = new(simulation.Random.Next());
    }

    /// <summary>Its place among the machines, from 1.</summary>
    public int Number { get; }

    /// <summary>The node's name.</summary>
    public string Name { get; }

    /// <summary>The port of its latest start.</summary>
    public int Port { get; private set; }

    /// <summary>Its latest start; null before the first.</summary>
    public VotingMember? Self { get; private set; }

    /// <summary>Its disk; outlives a crash.</summary>
    public SimulatedDisk Disk { get; }

    /// <summary>How long its disk takes.</summary>
    public DiskLatency DiskLatency { get; set; } = DiskLatency.Fast;

    /// <summary>How late each turn of its actors may come.</summary>
    public TimeSpan MostTurnDelay { get; set; }

    /// <summary>By how many parts of a million its clock runs fast.</summary>
    public long ClockDriftPerMillion
    {
        get => _clock.DriftPerMillion;
        set => _clock.DriftPerMillion = value;
    }

    /// <summary>Whether its process runs.</summary>
    public bool IsRunning => _host is { IsStopped: false };

    /// <summary>Why its process failed, or null.</summary>
    public Exception? Failure => _host?.Failure;

    /// <summary>Why the node stopped itself; null if it did not.</summary>
    public VotingStop? Stop { get; private set; }

    /// <summary>How long its process has run, on its own clock.</summary>
    public TimeSpan Age => _clock.GetElapsedTime(_startedAt);

    /// <summary>What is on its disk, as the running process knows it.</summary>
    public VotingEpoch Kept => _epochs?.Kept ?? VotingEpoch.None;

    /// <summary>Whether it acts as master at this moment, on its own clock.</summary>
    public bool IsActing => IsRunning && Core.IsActing(Age);

    /// <summary>Whether it is to wait where it sees no majority.</summary>
    public bool Waits { get; private set; }

    /// <summary>Its actors, while it runs.</summary>
    public VotingActors? Actors { get; private set; }

    /// <summary>Its core; it must run.</summary>
    public VotingCore Core => Actors?.Core ?? throw new InvalidOperationException($"{Name} does not run");

    /// <summary>Starts the node from what its disk holds.</summary>
    public void Start(int port, Func<VotingOptions, VotingOptions>? configure = null)
    {
        Port = port;
        Stop = null;
        var host = string.Create(CultureInfo.InvariantCulture, $"10.{Number >> 8}.{Number & 255}.1");
        var birthMs = EpochMs + (long)_simulation.Now.TotalMilliseconds;
        var id = VotingMember.IdOf(Name, host, port, birthMs, _simulation.Random.Next());
        var self = Self = new(id, Name, host, port, birthMs);
        var options = new VotingOptions { Self = self, Seed = _simulation.Random.Next() };
        if (configure is not null) options = configure(options);
        Waits = options.OnMinority == OnMinority.Wait;
        var drift = _clock.DriftPerMillion;
        _clock = new(_simulation) { DriftPerMillion = drift };
        _startedAt = _clock.GetTimestamp();
        var process = _host = new(_simulation, Number, _clock, () => DiskLatency, () => MostTurnDelay);
        _epochs = EpochFile.Open(Disk, DataDirectory, ClusterId);
        var transport = new VotingTransport(_network);
        var discovery = new NodeDiscovery(transport, ClusterId, self, NullLogger.Instance, new(_clock, TimeSpan.FromSeconds(1)));
        var actors = Actors = VotingActors.Start(process, new()
        {
            ClusterId = ClusterId, Options = options, Epochs = _epochs, Transport = transport, Discovery = discovery,
            Logger = NullLogger.Instance, Stopped = stop => OnStopped(process, stop),
        });
        transport.Station = new(Number, self, IPAddress.Parse(host), actors, process);
        _network.Join(transport.Station);
        discovery.Start(actors.Found);
        process.Stepped = () => _stepped(this);
    }

    /// <summary>Ends the process between two steps; what the disk was not told to keep is lost in the given way.</summary>
    public void Crash(CrashMode mode = CrashMode.ProcessOnly)
    {
        if (!IsRunning) return;
        End();
        Disk.Crash(mode);
    }

    /// <summary>The process is swapped out for a while.</summary>
    public void Pause(TimeSpan duration) => _host?.Pause(duration);

    /// <summary>Asks the node to leave.</summary>
    public void Dispatch()
    {
        if (IsRunning) Actors!.Dispatch();
    }

    /// <inheritdoc/>
    public override string ToString() => !IsRunning ? $"{Number} {Name}: down {Stop?.Reason}{Failure?.Message}"
        : $"{Number} {Name} ({Self!.Id}) {Core.Role}, master {Core.Master?.Name ?? "-"}, epoch {Core.Epoch}, {Core.Standing}, roster {Core.Roster.Stamp.Counter}.{Core.Roster.Stamp.Version} "
            + $"[{string.Join(' ', Core.Roster.Members.Select(entry => entry.Member.Name))}], others [{string.Join(' ', Core.Others.Select(other => $"{other.Member.Name}:{other.State}"))}]";

    /// <summary>The node's own word is carried out as soon as this step is over: the goodbyes of the same turn are with the transport.</summary>
    private void OnStopped(SimulatedHost process, VotingStop stop)
    {
        Stop = stop;
        _stopped(this);
        _simulation.After(TimeSpan.Zero, () =>
        {
            if (_host == process && IsRunning) End();
        });
    }

    private void End()
    {
        _stepped(this);
        _host!.Crash();
        _network.Leave(Self!.Id);
        _epochs!.Dispose();
        Actors = null;
    }
}
