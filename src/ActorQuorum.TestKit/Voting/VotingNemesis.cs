using System.Collections.Immutable;
using ActorQuorum.Core;
using ActorQuorum.Core.Voting;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.TestKit.Hosting;

namespace ActorQuorum.TestKit.Voting;

/// <summary>Disturbs nodes of the constant election at random, replayed from a seed. Each seed turns some of the faults off and weighs the others.</summary>
internal sealed class VotingNemesis
{
    private const int WeightDoublings = 3;
    private const int MostDriftPerMillion = 150_000;
    private const int MostTwins = 2;
    private static readonly TimeSpan s_longestBreak = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_longestFault = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(100);
    private readonly VotingCluster _cluster;
    private readonly SplitMix64 _random;
    private readonly Func<VotingOptions, VotingOptions> _configure;
    private readonly ImmutableArray<VotingFaultKind> _weighted;
    private readonly SortedSet<int> _waiting = [];
    private int _twins;
    private bool _isStopped;

    /// <summary>Begins to disturb.</summary>
    public VotingNemesis(VotingCluster cluster, ulong seed, IReadOnlyCollection<VotingFaultKind> faults, Func<VotingOptions, VotingOptions> configure)
    {
        _cluster = cluster;
        _random = new(seed ^ 0x0DD5_EED5);
        _configure = configure;
        _weighted = [.. faults.Order().Where(_ => _random.Below(3) > 0).SelectMany(fault => Enumerable.Repeat(fault, 1 << (int)_random.Below(WeightDoublings)))];
        After(_random.Between(TimeSpan.Zero, s_longestBreak), Strike);
        After(s_round, SweepUp);
    }

    /// <summary>Every fault there is.</summary>
    public static ImmutableArray<VotingFaultKind> All { get; } = [.. Enum.GetValues<VotingFaultKind>()];

    /// <summary>Ends all faults but for clocks, that stay a little wrong; from now on whoever is missing is started at once.</summary>
    public void Stop()
    {
        _isStopped = true;
        _waiting.Clear();
        _cluster.Network.Heal();
        foreach (var voter in _cluster.Voters)
        {
            voter.Pause(TimeSpan.Zero);
            voter.DiskLatency = DiskLatency.Fast;
            voter.MostTurnDelay = TimeSpan.Zero;
        }
    }

    /// <summary>Starts who is missing: of each name one.</summary>
    public void StartMissing()
    {
        foreach (var name in _cluster.Voters.Select(voter => voter.Name).Distinct().ToArray())
            if (!_cluster.Running.Any(voter => voter.Name == name)) Start(_cluster[name], _cluster[name].Port);
    }

    private void Strike()
    {
        if (_weighted.IsEmpty) return;
        var fault = _weighted[(int)_random.Below(_weighted.Length)];
        var voter = Choose();
        _cluster.Reached.Faults++;
        Note($"{fault} {voter.Number} {voter.Name}");
        Begin(fault, voter, _random.Between(s_round, s_longestFault));
        After(_random.Between(s_round / 2, s_longestBreak), Strike);
    }

    /// <summary>Every other fault strikes a master where there is one.</summary>
    private SimulatedVoter Choose()
    {
        var any = _cluster.Voters[(int)_random.Below(_cluster.Voters.Count)];
        return _random.Below(2) == 0 ? any : _cluster.Masters.FirstOrDefault() ?? any;
    }

    private void Begin(VotingFaultKind fault, SimulatedVoter voter, TimeSpan duration)
    {
        switch (fault)
        {
            case VotingFaultKind.Crash: Down(voter, duration, voter.Port); break;
            case VotingFaultKind.Restart: Down(voter, TimeSpan.FromMilliseconds(_random.Below(300)), voter.Port); break;
            case VotingFaultKind.Move: Down(voter, duration / 4, 8000 + (int)_random.Below(1000)); break;
            case VotingFaultKind.Pause: voter.Pause(duration / 2); break;
            case VotingFaultKind.Partition: Partition(duration); break;
            case VotingFaultKind.OneWayCut: CutOneWay(voter, duration); break;
            case VotingFaultKind.BlackHole: Isolate(voter, duration); break;
            case VotingFaultKind.LostDatagrams: _cluster.Network.LostDatagramsPerThousand = 500 + (int)_random.Below(500); break;
            case VotingFaultKind.SlowNetwork: Slow(duration); break;
            case VotingFaultKind.Stray: _cluster.Network.StrayPerThousand = (int)_random.Below(200); break;
            case VotingFaultKind.ClockDrift: voter.ClockDriftPerMillion = _random.Below((2 * MostDriftPerMillion) + 1) - MostDriftPerMillion; break;
            case VotingFaultKind.SlowDisk: voter.DiskLatency = new(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10 + _random.Below(900))); break;
            case VotingFaultKind.Starve: Starve(voter, duration); break;
            case VotingFaultKind.Dispatch: voter.Dispatch(); break;
            case VotingFaultKind.Twin: StartTwin(voter); break;
            default: throw new InvalidOperationException($"unknown fault {fault}");
        }
    }

    private void Down(SimulatedVoter voter, TimeSpan duration, int port)
    {
        if (!voter.IsRunning) return;
        voter.Crash((CrashMode)_random.Below(Enum.GetValues<CrashMode>().Length));
        _waiting.Add(voter.Number);
        After(duration, () => Return(voter, port));
    }

    private void Return(SimulatedVoter voter, int port)
    {
        if (_waiting.Remove(voter.Number)) Start(voter, port);
    }

    private void Start(SimulatedVoter voter, int port)
    {
        if (voter.IsRunning) return;
        Note($"{voter.Number} {voter.Name} starts on {port}");
        voter.Start(port, _configure);
    }

    private void Partition(TimeSpan duration)
    {
        _cluster.Part([.. _cluster.Voters.Where(_ => _random.Below(2) == 0)]);
        After(_random.Below(3) == 0 ? duration + s_longestFault : duration, _cluster.Network.Heal);
    }

    private void CutOneWay(SimulatedVoter voter, TimeSpan duration)
    {
        var other = _cluster.Voters[(int)_random.Below(_cluster.Voters.Count)];
        _cluster.Network.Cut(voter.Number, other.Number);
        After(duration, _cluster.Network.Heal);
    }

    private void Isolate(SimulatedVoter voter, TimeSpan duration)
    {
        _cluster.Part([voter]);
        After(duration, _cluster.Network.Heal);
    }

    private void Slow(TimeSpan duration)
    {
        _cluster.Network.MostLatency = TimeSpan.FromMilliseconds(2 + _random.Below(300));
        After(duration, () => _cluster.Network.MostLatency = TimeSpan.FromMilliseconds(2));
    }

    private void Starve(SimulatedVoter voter, TimeSpan duration)
    {
        voter.MostTurnDelay = TimeSpan.FromMilliseconds(_random.Below(120));
        After(duration, () => voter.MostTurnDelay = TimeSpan.Zero);
    }

    private void StartTwin(SimulatedVoter voter)
    {
        if (_twins++ >= MostTwins) return;
        Start(_cluster.Add(voter.Name), voter.Port);
    }

    /// <summary>A node that has stopped is started again some time later, as an operator would; of two that bear a name, not while the other runs.</summary>
    private void SweepUp()
    {
        foreach (var voter in _cluster.Voters)
        {
            if (voter.IsRunning || _waiting.Contains(voter.Number) || _cluster.Running.Any(other => other.Name == voter.Name)) continue;
            _waiting.Add(voter.Number);
            var port = _random.Below(2) == 0 ? voter.Port : 8000 + (int)_random.Below(1000);
            After(_random.Between(s_round, s_longestFault), () => Return(voter, port));
        }

        After(s_round, SweepUp);
    }

    private void Note(string text) => _cluster.Simulation.Trace.Add(_cluster.Now, TraceKind.Fault, text);

    private void After(TimeSpan delay, Action action) => _cluster.Simulation.After(delay, () =>
    {
        if (!_isStopped) action();
    });
}
