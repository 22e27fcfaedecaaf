using System.Collections.Immutable;
using ActorQuorum.Core;
using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.TestKit.Faults;

/// <summary>
/// Disturbs a cluster at random, replayed from a seed. Each seed turns some of the faults off and weighs the others (swarm testing: Groce et al.,
/// 2012), as some bugs show only where others do not get in the way.
/// </summary>
public sealed class Nemesis
{
    private const int WeightDoublings = 4;
    private static readonly TimeSpan LongestBreak = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LongestFault = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(100);
    private readonly SimulatedCluster _cluster;
    private readonly SplitMix64 _random;
    private readonly FaultActions _actions;
    private readonly ImmutableArray<WeightedFault> _weighted;
    private readonly int _totalWeight;
    private bool _isStopped;
    private long _seenElections;

    /// <summary>Begins to disturb a cluster.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="seed">The seed of the schedule.</param>
    /// <param name="faults">The faults to draw from; the seed turns some of them off.</param>
    public Nemesis(SimulatedCluster cluster, ulong seed, IReadOnlyCollection<FaultKind> faults)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(faults);
        _cluster = cluster;
        _random = new(seed ^ 0xA5A5_5A5A_F00D_BEEF);
        _actions = new(cluster, _random, After);
        _weighted = [.. faults.Order().Where(_ => _random.Below(2) == 0).Select(fault => new WeightedFault(fault, 1 << (int)_random.Below(WeightDoublings)))];
        _totalWeight = _weighted.Sum(fault => fault.Weight);
        After(TimeSpan.Zero, Strike);
        After(Round, SweepUp);
        After(Glance, Watch);
    }

    /// <summary>Every fault there is.</summary>
    public static ImmutableArray<FaultKind> All { get; } = [.. Enum.GetValues<FaultKind>()];

    /// <summary>The faults that this seed left on.</summary>
    public ImmutableArray<FaultKind> Faults => [.. _weighted.Select(fault => fault.Kind)];

    /// <summary>How much more often than another this seed lets a fault strike: 1, 2, 4 or 8; 0 if it is off.</summary>
    /// <param name="fault">The fault.</param>
    /// <returns>Its weight.</returns>
    public int WeightOf(FaultKind fault) => _weighted.Where(weighted => weighted.Kind == fault).Sum(weighted => weighted.Weight);

    /// <summary>Ends all faults: the network heals, the disks and clocks are well again, every node runs.</summary>
    public void Stop()
    {
        _isStopped = true;
        _actions.EndAll();
    }

    private void Strike()
    {
        if (_isStopped || _weighted.IsEmpty) return;
        _actions.Begin(DrawFault(), Choose(), _random.Between(Round, LongestFault));
        After(_random.Between(Round / 2, LongestBreak), Strike);
    }

    private static bool LosesDisk(FaultKind fault) => fault is FaultKind.Wipe or FaultKind.Rot or FaultKind.Reset or FaultKind.Solo;

    private FaultKind DrawFault()
    {
        var drawn = _random.Below(_totalWeight);
        foreach (var (fault, weight) in _weighted)
            if ((drawn -= weight) < 0)
                return fault;
        throw new InvariantViolationException($"the weights come to more than {_totalWeight}");
    }

    /// <summary>Every other fault strikes a leader where there is one: it has most to break.</summary>
    private SimulatedNode Choose()
    {
        var nodes = _cluster.Nodes;
        var any = nodes[(int)_random.Below(nodes.Count)];
        return _random.Below(2) == 0 ? any : nodes.FirstOrDefault(node => node.IsRunning && node.Role == Role.Leader) ?? any;
    }

    /// <summary>Looks often; a leader that was just elected is struck again sometimes, while its first entry is under way.</summary>
    private void Watch()
    {
        if (_isStopped) return;
        var elections = _cluster.Reached.Elections;
        if (elections > _seenElections && !_weighted.IsEmpty && _random.Below(3) == 0)
        {
            var fault = DrawFault();
            if (!LosesDisk(fault)) _actions.Begin(fault, Choose(), _random.Between(Round, LongestFault));
        }

        _seenElections = elections;
        After(Glance, Watch);
    }

    /// <summary>A node that stopped itself is a process that is gone: its connections close, and somebody starts it again.</summary>
    private void SweepUp()
    {
        if (_isStopped) return;
        foreach (var node in _cluster.Nodes)
            if (!node.IsRunning && node.Failure is not null && !_actions.IsDown(node))
                _actions.TakeDown(node, CrashMode.LoseUnsynced, _random.Between(Round, LongestFault));
        After(Round, SweepUp);
    }

    private void After(TimeSpan delay, Action action) => _cluster.Simulation.After(delay, () =>
    {
        if (!_isStopped) action();
    });

    private readonly record struct WeightedFault(FaultKind Kind, int Weight);
}
