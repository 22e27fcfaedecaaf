namespace ActorQuorum.Cli.Bench;

/// <summary>What one connection, or all of them together, measured.</summary>
internal sealed class LoadCounts
{
    private const int MostReasons = 20;

    private readonly LatencyHistogram[] _latencies = [new(), new()];
    private readonly Dictionary<string, long> _reasons = [];
    private readonly Lock _gate = new();
    private long _errors;

    /// <summary>Requests that failed.</summary>
    public long Errors => Volatile.Read(ref _errors);

    /// <summary>Gets that found no key.</summary>
    public long Missed { get; set; }

    /// <summary>Requests that were under way at the end and had no answer soon after.</summary>
    public long Unanswered { get; set; }

    /// <summary>Why requests failed, and how many each.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Reasons
    {
        get
        {
            lock (_gate) return [.. _reasons.OrderByDescending(reason => reason.Value)];
        }
    }

    public LatencyHistogram Of(LoadKind kind) => _latencies[(int)kind];

    public LatencyHistogram All()
    {
        var all = new LatencyHistogram();
        foreach (var latencies in _latencies) all.Add(latencies);
        return all;
    }

    public void Failed(string reason, long count)
    {
        Interlocked.Add(ref _errors, count);
        lock (_gate)
        {
            if (_reasons.Count < MostReasons || _reasons.ContainsKey(reason)) _reasons[reason] = _reasons.GetValueOrDefault(reason) + count;
        }
    }

    public void Add(LoadCounts other)
    {
        for (var kind = 0; kind < _latencies.Length; kind++) _latencies[kind].Add(other._latencies[kind]);
        Missed += other.Missed;
        Unanswered += other.Unanswered;
        foreach (var (reason, count) in other.Reasons) Failed(reason, count);
    }
}
