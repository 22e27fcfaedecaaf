namespace ActorQuorum.Cli.Bench;

/// <summary>The two kinds of request that a bench sends.</summary>
internal enum LoadKind
{
    /// <summary>A put.</summary>
    Put = 0,

    /// <summary>A get of one key.</summary>
    Get = 1,
}

/// <summary>Which requests are to be sent, and until when.</summary>
/// <param name="keys">How many different keys there are.</param>
/// <param name="readShare">The share of gets, 0 to 1.</param>
/// <param name="isSequential">Whether each key is put once, in order, and then no more.</param>
internal sealed class Workload(int keys, double readShare, bool isSequential)
{
    private int _next = -1;
    private volatile bool _isOver;

    /// <summary>Nothing more is sent.</summary>
    public void End() => _isOver = true;

    /// <summary>Whether nothing more is sent.</summary>
    public bool IsOver => _isOver;

    /// <summary>The next request; false if there is none any more.</summary>
    public bool TryNext(Random random, out LoadKind kind, out int key)
    {
        kind = LoadKind.Put;
        key = 0;
        if (_isOver) return false;
        if (isSequential)
        {
            key = Interlocked.Increment(ref _next);
            if (key < keys) return true;
            _isOver = true;
            return false;
        }

        kind = readShare > 0 && random.NextDouble() < readShare ? LoadKind.Get : LoadKind.Put;
        key = random.Next(keys);
        return true;
    }
}
