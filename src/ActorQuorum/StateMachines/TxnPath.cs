namespace ActorQuorum.StateMachines;

/// <summary>
/// Which branches a txn and those nested in it take. As in etcd all of it is settled before anything is written: a nested txn's compares see
/// the store as it was before the whole.
/// </summary>
internal sealed class TxnPath
{
    private readonly Queue<bool> _branches = new();

    private TxnPath()
    {
    }

    /// <summary>Whether something on the path is a write.</summary>
    public bool Writes { get; private set; }

    /// <summary>Whether something on the path is answered with keys.</summary>
    public bool WantsKeys { get; private set; }

    /// <summary>Makes the compares; null if what is on the path may be carried out.</summary>
    public static Refusal? Choose(TxnFields txn, KeyIndexRoot index, out TxnPath path)
    {
        path = new TxnPath();
        return path.Choose(txn, index);
    }

    /// <summary>Whether the next txn, in the order in which they are carried out, succeeds.</summary>
    public bool Next() => _branches.Dequeue();

    private Refusal? Choose(TxnFields txn, KeyIndexRoot index)
    {
        var isSuccess = HoldAll(txn.Compares, index);
        _branches.Enqueue(isSuccess);
        foreach (ref readonly var operation in txn.Branch(isSuccess))
        {
            var refusal = operation.Nested is { } nested ? Choose(nested, index) : operation.Refusal;
            if (refusal is not null)
            {
                return refusal;
            }

            Writes |= operation.Kind is TxnOperationKind.Put or TxnOperationKind.DeleteRange;
            WantsKeys |= operation.WantsKeys;
        }

        return null;
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
