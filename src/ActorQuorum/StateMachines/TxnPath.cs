namespace ActorQuorum.StateMachines;

/// <summary>
/// Which branches a txn and those nested in it take. As in etcd all of it is settled before anything is written: a nested txn's compares see
/// the store as it was before the whole.
/// </summary>
internal sealed class TxnPath
{
    private readonly Queue<bool> _branches = new();
    private Refusal? _putRefusal;
    private Refusal? _rangeRefusal;
    private bool _writes;
    private bool _dependsOnWrites;

    private TxnPath()
    {
    }

    /// <summary>The oldest revision that a range on the path asks for.</summary>
    public long OldestRead { get; private set; } = KeyIndexRoot.Newest;

    /// <summary>
    /// Whether it may turn out only after a write that it cannot be carried out: its answer gets too large, or a key that a put keeps something
    /// of was deleted before.
    /// </summary>
    public bool MayFail => _writes && _dependsOnWrites;

    /// <summary>Makes the compares, and checks what depends on the state; null if what is on the path may be carried out.</summary>
    /// <param name="txn">The txn.</param>
    /// <param name="index">The keys before it.</param>
    /// <param name="revision">The store's revision before it.</param>
    /// <param name="compacted">The compacted revision.</param>
    /// <param name="path">The branches.</param>
    public static Refusal? Choose(TxnFields txn, KeyIndexRoot index, long revision, long compacted, out TxnPath path)
    {
        path = new TxnPath();
        path.Choose(txn, index, revision, compacted);

        // As in etcd: all puts are looked at before the first range.
        return path._putRefusal ?? path._rangeRefusal;
    }

    /// <summary>Whether the next txn, in the order in which they are carried out, succeeds.</summary>
    public bool Next() => _branches.Dequeue();

    private void Choose(TxnFields txn, KeyIndexRoot index, long revision, long compacted)
    {
        var isSuccess = HoldAll(txn.Compares, index);
        _branches.Enqueue(isSuccess);
        foreach (ref readonly var operation in txn.Branch(isSuccess))
        {
            switch (operation.Kind)
            {
                case TxnOperationKind.Txn:
                    Choose(operation.Inner, index, revision, compacted);
                    break;
                case TxnOperationKind.Put when operation.DependsOnState:
                    _putRefusal ??= CheckPut(operation, index);
                    break;
                case TxnOperationKind.Range when operation.DependsOnState:
                    _rangeRefusal ??= CheckRange(operation, revision, compacted);
                    break;
                default:
                    break;
            }

            _writes |= operation.Kind is TxnOperationKind.Put or TxnOperationKind.DeleteRange;
            _dependsOnWrites |= operation.WantsKeys || (operation.Kind == TxnOperationKind.Put && operation.DependsOnState);
        }
    }

    private static Refusal? CheckPut(in TxnOperation operation, KeyIndexRoot index)
    {
        PutFields.Read(operation.Request, out var put);
        return put.NeedsPrevious && !index.TryFind(put.Key.Span, out _) ? Refusal.NoSuchKey
            : put.Lease != 0 ? Refusal.NoSuchLease
            : null;
    }

    private Refusal? CheckRange(in TxnOperation operation, long revision, long compacted)
    {
        RangeFields.Read(operation.Request, out var range);
        OldestRead = range.Revision > 0 ? Math.Min(OldestRead, range.Revision) : OldestRead;
        return range.Revision > revision ? Refusal.FutureRevision

            // As in etcd: a range of its own takes a revision below zero for the newest, in a txn it is one below all.
            : range.Revision < compacted ? Refusal.Compacted
            : null;
    }

    private static bool HoldAll(ReadOnlySpan<CompareFields> compares, KeyIndexRoot index)
    {
        foreach (ref readonly var compare in compares)
        {
            if (!compare.Holds(index))
            {
                return false;
            }
        }

        return true;
    }
}
