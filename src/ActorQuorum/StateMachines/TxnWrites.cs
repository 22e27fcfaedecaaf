namespace ActorQuorum.StateMachines;

/// <summary>
/// What a txn's branch may write, whatever its nested txns find: one key is not to be put twice, nor put and deleted. The rules are etcd's,
/// with their gaps: a delete nested after a nested put of the same key is let through, and so is any put beside a delete whose range_end
/// does not lie above its key, the one that means "all keys from here on" among them.
/// </summary>
internal sealed class TxnWrites
{
    private readonly HashSet<ReadOnlyMemory<byte>> _puts = new(KeyEquality.Instance);
    private KeySpans _deletes = KeySpans.None;

    /// <summary>Whether two writes of a branch contradict each other.</summary>
    public static bool Overlap(ReadOnlySpan<TxnOperation> operations)
    {
        // Most branches have one write and nothing to compare it with.
        var isAlone = operations.Length == 0 || (operations.Length == 1 && operations[0].Nested is null);
        return !isAlone && Gather(operations) is null;
    }

    private static TxnWrites? Gather(ReadOnlySpan<TxnOperation> operations)
    {
        var writes = new TxnWrites { _deletes = DeletesOf(operations) };
        foreach (ref readonly var operation in operations)
        {
            if (operation.Nested is { } nested && !writes.TryAdd(nested))
            {
                return null;
            }
        }

        foreach (ref readonly var operation in operations)
        {
            if (operation.Kind != TxnOperationKind.Put)
            {
                continue;
            }

            PutFields.Read(operation.Request, out var put);
            if (writes._deletes.Contain(put.Key.Span) || !writes._puts.Add(put.Key))
            {
                return null;
            }
        }

        return writes;
    }

    private static KeySpans DeletesOf(ReadOnlySpan<TxnOperation> operations)
    {
        List<KeyInterval>? deletes = null;
        foreach (ref readonly var operation in operations)
        {
            if (operation.Kind == TxnOperationKind.DeleteRange)
            {
                DeleteRangeFields.Read(operation.Request, out var delete);
                (deletes ??= []).Add(delete.Interval);
            }
        }

        return deletes is null ? KeySpans.None : KeySpans.Of(deletes);
    }

    // Of the two branches one is taken: they may put the same key, but not one that stands elsewhere.
    private bool TryAdd(TxnFields nested)
    {
        if (Gather(nested.Success) is not { } success || Gather(nested.Failure) is not { } failure)
        {
            return false;
        }

        foreach (var key in success._puts)
        {
            if (_deletes.Contain(key.Span) || !_puts.Add(key))
            {
                return false;
            }
        }

        foreach (var key in failure._puts)
        {
            if (_deletes.Contain(key.Span) || (!_puts.Add(key) && !success._puts.Contains(key)))
            {
                return false;
            }
        }

        _deletes = _deletes.Union(success._deletes).Union(failure._deletes);
        return true;
    }

    private sealed class KeyEquality : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static readonly KeyEquality Instance = new();

        public bool Equals(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => left.Span.SequenceEqual(right.Span);

        public int GetHashCode(ReadOnlyMemory<byte> key)
        {
            var hash = default(HashCode);
            hash.AddBytes(key.Span);
            return hash.ToHashCode();
        }
    }
}
