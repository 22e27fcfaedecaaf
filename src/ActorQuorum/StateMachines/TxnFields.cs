using System.Runtime.InteropServices;

namespace ActorQuorum.StateMachines;

/// <summary>A TxnRequest, read and checked; the bytes are parts of the request's memory.</summary>
internal sealed class TxnFields
{
    /// <summary>
    /// The most compares, and the most operations of a branch. A txn nested in another may have as many as that one leaves over, so this
    /// bounds the depth as well.
    /// </summary>
    public const int OperationLimit = 128;

    private List<CompareFields>? _compares;
    private List<TxnOperation>? _success;
    private List<TxnOperation>? _failure;
    private Refusal? _compareRefusal;
    private int _compareCount;

    /// <summary>What has to hold for the first branch to be taken.</summary>
    public ReadOnlySpan<CompareFields> Compares => CollectionsMarshal.AsSpan(_compares);

    /// <summary>The branch taken if every compare holds.</summary>
    public ReadOnlySpan<TxnOperation> Success => CollectionsMarshal.AsSpan(_success);

    /// <summary>The branch taken if not.</summary>
    public ReadOnlySpan<TxnOperation> Failure => CollectionsMarshal.AsSpan(_failure);

    /// <summary>Whether both branches only read: such a txn needs no log entry.</summary>
    public bool WritesNothing => OnlyReads(Success) && OnlyReads(Failure);

    /// <summary>
    /// Whether this node's own state will do: there are ranges, and each says so. Compares cannot say; alone they deserve the fresh state.
    /// </summary>
    public bool IsSerializable => Success.Length + Failure.Length > 0 && AreSerializable(Success) && AreSerializable(Failure);

    /// <summary>Reads and checks a request; null if it may be carried out.</summary>
    public static Refusal? Read(ReadOnlyMemory<byte> request, out TxnFields fields)
    {
        if (!Parse(request, OperationLimit, out fields))
        {
            return Refusal.NotAMessage;
        }

        return fields.Check(OperationLimit)
            ?? (TxnWrites.Overlap(fields.Success) || TxnWrites.Overlap(fields.Failure) ? Refusal.DuplicateKey : null);
    }

    /// <summary>The branch that is taken.</summary>
    public ReadOnlySpan<TxnOperation> Branch(bool isSuccess) => isSuccess ? Success : Failure;

    /// <summary>Reads a request without judging it; false if the bytes are none.</summary>
    internal static bool Parse(ReadOnlyMemory<byte> request, int depthLeft, out TxnFields fields)
    {
        fields = new TxnFields();
        var reader = new WireReader(request.Span);
        while (reader.Next())
        {
            var isSound = true;
            switch (reader.Tag)
            {
                case 1 << 3 | (uint)WireType.Length:
                    isSound = fields.AddCompare(reader.Bytes(request));
                    break;
                case 2 << 3 | (uint)WireType.Length:
                    isSound = Add(ref fields._success, reader.Bytes(request), depthLeft);
                    break;
                case 3 << 3 | (uint)WireType.Length:
                    isSound = Add(ref fields._failure, reader.Bytes(request), depthLeft);
                    break;
                default:
                    reader.Skip();
                    break;
            }

            if (!isSound)
            {
                return false;
            }
        }

        return !reader.IsDamaged;
    }

    private static bool Add(ref List<TxnOperation>? operations, ReadOnlyMemory<byte> message, int depthLeft)
    {
        operations ??= new List<TxnOperation>(1);

        // One over the limit is enough to be refused: no memory for the rest.
        if (operations.Count > OperationLimit)
        {
            return true;
        }

        var isSound = TxnOperation.TryRead(message, depthLeft, out var operation);
        operations.Add(operation);
        return isSound;
    }

    private static bool OnlyReads(ReadOnlySpan<TxnOperation> operations)
    {
        foreach (ref readonly var operation in operations)
        {
            if (operation.Kind != TxnOperationKind.Range && operation.Nested is not { WritesNothing: true })
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreSerializable(ReadOnlySpan<TxnOperation> operations)
    {
        foreach (ref readonly var operation in operations)
        {
            if (!operation.IsSerializable && operation.Nested is not { IsSerializable: true })
            {
                return false;
            }
        }

        return true;
    }

    private static Refusal? Check(ReadOnlySpan<TxnOperation> operations, int limit)
    {
        foreach (ref readonly var operation in operations)
        {
            var refusal = operation.Kind == TxnOperationKind.Txn ? operation.Inner.Check(limit) : operation.Refusal;
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return null;
    }

    private bool AddCompare(ReadOnlyMemory<byte> message)
    {
        if (++_compareCount > OperationLimit)
        {
            return true;
        }

        var refusal = CompareFields.Read(message, out var compare);
        _compareRefusal ??= refusal;
        (_compares ??= new List<CompareFields>(1)).Add(compare);
        return refusal != Refusal.NotAMessage;
    }

    // In etcd's order, for a request may be wrong in several ways.
    private Refusal? Check(int limit)
    {
        var count = Math.Max(_compareCount, Math.Max(Success.Length, Failure.Length));
        return count > limit
            ? Refusal.TooManyOperations
            : _compareRefusal ?? Check(Success, limit - count) ?? Check(Failure, limit - count);
    }
}
