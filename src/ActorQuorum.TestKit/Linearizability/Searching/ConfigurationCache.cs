namespace ActorQuorum.TestKit.Linearizability.Searching;

/// <summary>
/// The configurations that the search has been in (Lowe 2017): which operations are placed, and the state they led to. Whatever order led
/// there, what follows is the same. A configuration that used up fewer operations of unknown outcome can do all that one with more can,
/// hence sets of those are compared by inclusion. Everything lies in a few growing arrays: no object for each configuration.
/// </summary>
internal sealed class ConfigurationCache<TState>(IEqualityComparer<TState> states)
{
    private int[] _buckets = new int[64];
    private Entry[] _entries = new Entry[64];
    private ulong[] _words = new ulong[256];
    private int _wordCount;

    /// <summary>The configurations held.</summary>
    public int Count { get; private set; }

    /// <summary>Remembers a configuration; false if it, or a better one, was there.</summary>
    public bool Add(OperationSet placed, TState state)
    {
        var hash = placed.Hash ^ ((uint)(state is null ? 0 : states.GetHashCode(state)) * 0x9E3779B97F4A7C15);
        for (var at = _buckets[BucketOf(hash)]; at != 0; at = _entries[at - 1].Next)
        {
            ref readonly var entry = ref _entries[at - 1];
            if (entry.Hash == hash && Covers(entry, placed) && states.Equals(entry.State, state)) return false;
        }

        if (Count == _entries.Length) Grow();
        ref var bucket = ref _buckets[BucketOf(hash)];
        _entries[Count] = new(hash, bucket, Store(placed), placed.WindowBegin, placed.Window.Length, state);
        bucket = ++Count;
        return true;
    }

    private int BucketOf(ulong hash) => (int)((hash ^ (hash >> 32)) & (ulong)(_buckets.Length - 1));

    private bool Covers(in Entry entry, OperationSet placed)
    {
        if (entry.WindowBegin != placed.WindowBegin || entry.WindowLength != placed.Window.Length) return false;
        if (!_words.AsSpan(entry.Words, entry.WindowLength).SequenceEqual(placed.Window)) return false;
        var lost = _words.AsSpan(entry.Words + entry.WindowLength, placed.Lost.Length);
        for (var i = 0; i < lost.Length; i++)
            if ((lost[i] & ~placed.Lost[i]) != 0) return false;
        return true;
    }

    private int Store(OperationSet placed)
    {
        var window = placed.Window;
        var lost = placed.Lost;
        var end = _wordCount + window.Length + lost.Length;
        if (end > _words.Length) Array.Resize(ref _words, Math.Max(end, 2 * _words.Length));
        window.CopyTo(_words.AsSpan(_wordCount));
        lost.CopyTo(_words.AsSpan(_wordCount + window.Length));
        var begin = _wordCount;
        _wordCount = end;
        return begin;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, 2 * _entries.Length);
        _buckets = new int[_entries.Length];
        for (var at = 1; at <= Count; at++)
        {
            ref var bucket = ref _buckets[BucketOf(_entries[at - 1].Hash)];
            (_entries[at - 1].Next, bucket) = (bucket, at);
        }
    }

    private record struct Entry(ulong Hash, int Next, int Words, int WindowBegin, int WindowLength, TState State);
}
