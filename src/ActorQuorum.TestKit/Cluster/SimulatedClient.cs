using ActorQuorum.Core;
using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;

namespace ActorQuorum.TestKit.Cluster;

/// <summary>A client that does one thing after the other, with breaks, on nodes and keys drawn from the seed.</summary>
internal sealed class SimulatedClient(
    SimulatedCluster cluster, SplitMix64 random, int number, TimeSpan meanBreak, List<Operation<KeyValueInput, KeyValueOutput>> history)
{
    private const int Keys = 5;
    private const double PatienceSeconds = 3;
    private const double HastySeconds = 0.3;
    private readonly string?[] _lastSeen = new string?[Keys];
    private int _values;

    /// <summary>The one node that it asks, which went on alone; null if it asks all of the cluster.</summary>
    public SimulatedNode? Alone { get; init; }

    /// <summary>What its keys and values begin with, so that they are told from those of another cluster.</summary>
    public string Mark { get; init; } = "";

    /// <summary>Whether it begins nothing any more.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Whether an operation is under way.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Begins.</summary>
    public void Start() => cluster.Simulation.After(random.Between(TimeSpan.Zero, meanBreak * 2), Next);

    private void Next()
    {
        if (IsStopped) return;
        var node = Alone ?? Choose();
        if (!node.IsRunning)
        {
            Start();
            return;
        }

        var key = (int)random.Below(Keys);
        var input = Draw($"{Mark}k{key}", _lastSeen[key]);
        var called = cluster.Now;
        IsBusy = true;
        var request = Send(node, input);
        request.Ended = () => End(node, request, input, key, called);
        if (request.IsEnded) End(node, request, input, key, called);
    }

    /// <summary>Every other operation is asked of a node that takes itself for the leader: one that was deposed and does not know it, too.</summary>
    private SimulatedNode Choose()
    {
        var any = (int)random.Below(cluster.Nodes.Count);
        if (random.Below(2) == 0) return cluster.Nodes[any];
        for (var i = 0; i < cluster.Nodes.Count; i++)
        {
            var node = cluster.Nodes[(any + i) % cluster.Nodes.Count];
            if (node.IsRunning && node.Role == Role.Leader) return node;
        }

        return cluster.Nodes[any];
    }

    private KeyValueInput Draw(string key, string? lastSeen) => random.Below(4) switch
    {
        0 => KeyValueInput.Get(key),
        1 => KeyValueInput.Put(key, NextValue()),
        2 => KeyValueInput.Delete(key),
        _ => KeyValueInput.CompareAndSet(key, lastSeen, NextValue()),
    };

    private string NextValue() => $"{Mark}{number}.{++_values}";

    private SimulatedRequest Send(SimulatedNode node, KeyValueInput input) => input.Kind switch
    {
        KeyValueOperation.Get => cluster.Get(node, input.Key, patienceSeconds: random.Below(2) == 0 ? PatienceSeconds : HastySeconds),
        KeyValueOperation.Put => cluster.Put(node, input.Key, input.Value!, PatienceSeconds),
        KeyValueOperation.Delete => cluster.Delete(node, input.Key, PatienceSeconds),
        _ => cluster.CompareAndSet(node, input.Key, input.Expected, input.Value!, PatienceSeconds),
    };

    /// <summary>An operation that certainly did nothing leaves the history; one that may have done something stays open.</summary>
    private void End(SimulatedNode asked, SimulatedRequest request, KeyValueInput input, int key, TimeSpan called)
    {
        IsBusy = false;
        if (request.Result is { IsSuccess: true } result)
        {
            var output = OutputOf(input, result);
            if (input.Kind == KeyValueOperation.Get) _lastSeen[key] = output.Value;
            history.Add(new(number, input, output, called.Ticks, cluster.Now.Ticks));
            Count(asked);
        }
        else if (request.Error == QuorumError.OutcomeUnknown && input.Kind != KeyValueOperation.Get)
        {
            history.Add(new(number, input, called.Ticks));
            cluster.Reached.Unknown++;
        }

        Start();
    }

    private void Count(SimulatedNode asked)
    {
        if (Alone is not null)
        {
            cluster.Reached.AnsweredAlone++;
            return;
        }

        cluster.Reached.Answered++;
        if (asked.Identity.IsJoining) cluster.Reached.AnsweredByNewcomers++;
    }

    private static KeyValueOutput OutputOf(KeyValueInput input, CommandResult result) => input.Kind switch
    {
        KeyValueOperation.Get => KeyValueOutput.Got(StoredText.ValueOf(result)),
        KeyValueOperation.Put => KeyValueOutput.Done,
        KeyValueOperation.Delete => new(StoredText.HasDeleted(result)),
        _ => new(StoredText.HasSucceeded(result)),
    };
}
