using System.Collections.Concurrent;

namespace ActorQuorum.Cli.Bench;

/// <summary>The two kinds of request that a bench sends.</summary>
internal enum LoadKind
{
    /// <summary>A put.</summary>
    Put = 0,

    /// <summary>A get of one key.</summary>
    Get = 1,
}

/// <summary>Which requests are to be sent, and until when. Shared by all connections.</summary>
internal abstract class Workload
{
    private volatile bool _isOver;

    /// <summary>Whether nothing more is sent.</summary>
    public bool IsOver => _isOver;

    /// <summary>Nothing more is sent.</summary>
    public void End() => _isOver = true;

    /// <summary>The next request; false if there is none now.</summary>
    public abstract bool TryNext(Random random, out LoadKind kind, out int key);

    /// <summary>A request was answered well, or not.</summary>
    public virtual void Ended(int key, bool isAnswered)
    {
    }
}

/// <summary>Random keys without an end.</summary>
/// <param name="keys">How many different keys there are.</param>
/// <param name="readShare">The share of gets, 0 to 1.</param>
internal sealed class RandomLoad(int keys, double readShare) : Workload
{
    public override bool TryNext(Random random, out LoadKind kind, out int key)
    {
        kind = readShare > 0 && random.NextDouble() < readShare ? LoadKind.Get : LoadKind.Put;
        key = random.Next(keys);
        return !IsOver;
    }
}

/// <summary>Each key put until it is acknowledged; over when all are.</summary>
internal sealed class FillLoad(int keys) : Workload
{
    private readonly ConcurrentQueue<int> _again = new();
    private int _next = -1;
    private int _acknowledged;

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    public override bool TryNext(Random random, out LoadKind kind, out int key)
    {
        kind = LoadKind.Put;
        key = 0;
        if (IsOver) return false;
        if (_again.TryDequeue(out key)) return true;
        if (Volatile.Read(ref _next) >= keys) return false;
        key = Interlocked.Increment(ref _next);
        return key < keys;
    }

    public override void Ended(int key, bool isAnswered)
    {
        if (!isAnswered) _again.Enqueue(key);
        else if (Interlocked.Increment(ref _acknowledged) == keys) End();
    }
}
