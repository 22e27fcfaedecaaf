using ActorQuorum.Stores;

namespace ActorQuorum.StateMachines.Processors;

/// <summary>
/// What a processor may do: read and write the key-value store. Its reads see its own writes; its writes are one revision, and are all
/// discarded if the handler throws or goes over a bound. The bounds are the same on every node.
/// </summary>
public sealed class ProcessorTransaction
{
    /// <summary>The most reads, writes and keys of ranges together.</summary>
    public const int OperationLimit = 100_000;

    /// <summary>The most bytes of keys and values written.</summary>
    public const int WriteLimitBytes = 16 << 20;

    /// <summary>The largest result.</summary>
    public const int ResultLimitBytes = 1 << 20;

    private readonly KeyIndex _index;
    private readonly HashSet<Bytes> _written = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private int _operations;
    private long _writtenBytes;
    private bool _isClosed;

    internal ProcessorTransaction(KeyIndex index, long revision)
    {
        _index = index;
        Revision = revision;
    }

    /// <summary>The store's revision before this command.</summary>
    public long Revision { get; }

    /// <summary>The bound that was passed, if one was: the command fails whatever the handler makes of it.</summary>
    internal string? Overrun { get; private set; }

    /// <summary>Whether a key was written more than once, or written and deleted.</summary>
    internal bool HasRewritten { get; private set; }

    /// <summary>The keys that were written or deleted.</summary>
    internal IReadOnlyCollection<Bytes> Written => _written;

    /// <summary>Reads a key.</summary>
    /// <param name="key">The key; not empty.</param>
    /// <returns>Its value, or null if it is not there.</returns>
    public Bytes? Get(Bytes key)
    {
        Charge(key);
        return _index.Current.TryFind(key.Span, out var found) ? (Bytes?)new Bytes(found.Newest.Value) : null;
    }

    /// <summary>Writes a key.</summary>
    /// <param name="key">The key; not empty.</param>
    /// <param name="value">Its value, which is copied.</param>
    public void Put(Bytes key, Bytes value)
    {
        Charge(key);
        Count(key.Length + (long)value.Length);
        Remember(key);
        _index.Put(key.Span, value.IsEmpty ? default : value.ToArray(), Revision + 1);
    }

    /// <summary>Deletes a key.</summary>
    /// <param name="key">The key; not empty.</param>
    /// <returns>Whether it was there.</returns>
    public bool Delete(Bytes key)
    {
        Charge(key);
        if (!_index.Current.TryFind(key.Span, out _)) return false;
        Count(key.Length);
        Remember(key);
        _index.Delete(key.Span, Revision + 1);
        return true;
    }

    /// <summary>Reads the first keys of a range, with their values, in the order of the keys.</summary>
    /// <param name="range">Which keys.</param>
    /// <param name="limit">The most of them.</param>
    /// <returns>What is there, this command's own writes among them; it does not change with later ones.</returns>
    public IReadOnlyList<KeyValuePair<Bytes, Bytes>> Range(StoreRange range, int limit = 1000)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        Charge();
        var found = new List<KeyValuePair<Bytes, Bytes>>();
        foreach (var slot in _index.Current.Scan(range.Interval))
        {
            if (found.Count == limit) break;
            Charge();
            found.Add(new(new(slot.Key), new(slot.Newest.Value)));
        }

        return found;
    }

    /// <summary>How many keys of a range there are.</summary>
    /// <param name="range">Which keys.</param>
    /// <returns>Their number; it costs the same however many there are.</returns>
    public int Count(StoreRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        Charge();
        return _index.Current.Count(range.Interval);
    }

    /// <summary>The handler has returned: whatever it kept does nothing any more.</summary>
    internal void Close() => _isClosed = true;

    private void Charge(Bytes key)
    {
        if (key.IsEmpty) throw new ArgumentException("A key has at least one byte.", nameof(key));
        Charge();
    }

    private void Charge()
    {
        if (_isClosed || Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException("A processor uses its transaction on the thread that it is called on, until it returns.");
        if (++_operations > OperationLimit) Stop($"more than {OperationLimit} reads and writes");
    }

    private void Count(long sizeBytes)
    {
        _writtenBytes += sizeBytes;
        if (_writtenBytes > WriteLimitBytes) Stop($"more than {WriteLimitBytes >> 20} MiB written");
    }

    private void Remember(Bytes key) => HasRewritten |= !_written.Add(key.ToArray());

    private void Stop(string overrun)
    {
        Overrun = overrun;
        throw new ProcessorException(overrun);
    }
}
