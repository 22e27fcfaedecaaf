using ActorQuorum.Core;

namespace ActorQuorum.TestKit.Cluster;

/// <summary>What a simulated client did.</summary>
public enum ClientAction
{
    /// <summary>Asked for a key.</summary>
    Get,

    /// <summary>Set a key.</summary>
    Put,

    /// <summary>Removed a key.</summary>
    Delete,

    /// <summary>Set a key if it had the expected value.</summary>
    CompareAndSet,
}

/// <summary>One operation of a simulated client, as the client saw it.</summary>
public sealed record ClientOperation
{
    /// <summary>The client's number.</summary>
    public required int Client { get; init; }

    /// <summary>What it did.</summary>
    public required ClientAction Action { get; init; }

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>The value it set; null for a get or a delete.</summary>
    public string? Value { get; init; }

    /// <summary>The value it expected; null for no key.</summary>
    public string? Expected { get; init; }

    /// <summary>When it was sent, in virtual time.</summary>
    public required TimeSpan Called { get; init; }

    /// <summary>When it ended; null if its outcome is unknown: it may take effect at any later time.</summary>
    public TimeSpan? Returned { get; set; }

    /// <summary>What a get found; null for no key.</summary>
    public string? Found { get; set; }

    /// <summary>Whether a compare-and-set found what it expected.</summary>
    public bool HasSucceeded { get; set; }
}

/// <summary>A client that does one thing after the other, with breaks, on nodes and keys drawn from the seed.</summary>
internal sealed class SimulatedClient(SimulatedCluster cluster, SplitMix64 random, int number, TimeSpan meanBreak, List<ClientOperation> history)
{
    private const int Keys = 5;
    private const double PatienceSeconds = 3;
    private readonly string?[] _lastSeen = new string?[Keys];
    private int _operations;

    /// <summary>Whether it begins nothing any more.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Whether an operation is under way.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Begins.</summary>
    public void Start() => cluster.Simulation.After(random.Between(TimeSpan.Zero, meanBreak * 2), Next);

    private void Next()
    {
        if (IsStopped) return;
        var node = cluster.Nodes[(int)random.Below(cluster.Nodes.Count)];
        if (!node.IsRunning)
        {
            Start();
            return;
        }

        var key = (int)random.Below(Keys);
        var action = (ClientAction)random.Below(3);
        var operation = new ClientOperation
        {
            Client = number,
            Action = action,
            Key = $"k{key}",
            Value = action is ClientAction.Put or ClientAction.CompareAndSet ? $"{number}.{++_operations}" : null,
            Expected = action is ClientAction.CompareAndSet ? _lastSeen[key] : null,
            Called = cluster.Now,
        };
        IsBusy = true;
        var request = Send(node, operation);
        request.Ended = () => End(request, operation, key);
        if (request.IsEnded) End(request, operation, key);
    }

    private SimulatedRequest Send(SimulatedNode node, ClientOperation operation) => operation.Action switch
    {
        ClientAction.Get => cluster.Get(node, operation.Key, patienceSeconds: PatienceSeconds),
        ClientAction.Put => cluster.Put(node, operation.Key, operation.Value!, PatienceSeconds),
        ClientAction.Delete => cluster.Delete(node, operation.Key, PatienceSeconds),
        _ => cluster.CompareAndSet(node, operation.Key, operation.Expected, operation.Value!, PatienceSeconds),
    };

    private void End(SimulatedRequest request, ClientOperation operation, int key)
    {
        IsBusy = false;
        Note(request, operation, key);
        Start();
    }

    /// <summary>An operation that certainly did nothing leaves the history; one that may have done something stays open.</summary>
    private void Note(SimulatedRequest request, ClientOperation operation, int key)
    {
        if (request.Result is { IsSuccess: true } result)
        {
            operation.Returned = cluster.Now;
            if (operation.Action == ClientAction.Get) operation.Found = _lastSeen[key] = StoredText.ValueOf(result);
            if (operation.Action == ClientAction.CompareAndSet) operation.HasSucceeded = StoredText.HasSucceeded(result);
            history.Add(operation);
            cluster.Reached.Answered++;
        }
        else if (request.Error == QuorumError.OutcomeUnknown && operation.Action != ClientAction.Get)
        {
            history.Add(operation);
            cluster.Reached.Unknown++;
        }
    }
}
