using System.Numerics;

namespace ActorQuorum.TestKit.Linearizability.Searching;

/// <summary>
/// Which operations have been placed: a bit each. Those that returned fill up from the left, as time goes on, so that only the words from
/// the first not full to the last not empty (<see cref="Window"/>) tell one set from another. Their hash is kept up to date bit by bit
/// (Zobrist).
/// </summary>
internal sealed class OperationSet(int completed, int lost)
{
    private readonly ulong[] _completed = new ulong[(completed + 63) / 64];
    private readonly ulong[] _lost = new ulong[(lost + 63) / 64];
    private int _begin;
    private int _end;

    /// <summary>The hash of the operations with a known outcome.</summary>
    public ulong Hash { get; private set; }

    /// <summary>The number of the window's first word: all words before it are full.</summary>
    public int WindowBegin => _begin;

    /// <summary>The words that are neither full like all before them nor empty like all behind them.</summary>
    public ReadOnlySpan<ulong> Window => _begin < _end ? _completed.AsSpan(_begin, _end - _begin) : [];

    /// <summary>The operations of unknown outcome.</summary>
    public ReadOnlySpan<ulong> Lost => _lost;

    public bool HasLost(int at) => (_lost[at >> 6] & Bit(at)) != 0;

    public void FlipLost(int at) => _lost[at >> 6] ^= Bit(at);

    public void Add(int at)
    {
        _completed[at >> 6] |= Bit(at);
        Hash ^= Scatter(at);
        _end = Math.Max(_end, (at >> 6) + 1);
        while (_begin < _completed.Length && _completed[_begin] == ulong.MaxValue) _begin++;
    }

    public void Remove(int at)
    {
        _completed[at >> 6] &= ~Bit(at);
        Hash ^= Scatter(at);
        _begin = Math.Min(_begin, at >> 6);
        while (_end > 0 && _completed[_end - 1] == 0) _end--;
    }

    private static ulong Bit(int at) => 1UL << (at & 63);

    /// <summary>A random-looking word for each operation: the finalizer of SplitMix64.</summary>
    private static ulong Scatter(int at)
    {
        var z = ((ulong)at + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return BitOperations.RotateLeft(z, 31) ^ z;
    }
}
