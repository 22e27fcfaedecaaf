namespace ActorQuorum.StateMachines;

/// <summary>What one operation of a txn does. The numbers are the fields of etcd's RequestOp and ResponseOp.</summary>
internal enum TxnOperationKind
{
    /// <summary>Nothing: the client left it empty.</summary>
    None = 0,

    /// <summary>Reads a range.</summary>
    Range = 1,

    /// <summary>Puts a key.</summary>
    Put = 2,

    /// <summary>Deletes a range.</summary>
    DeleteRange = 3,

    /// <summary>Carries out another txn within this one.</summary>
    Txn = 4,
}

/// <summary>One operation of a txn, read and checked.</summary>
internal readonly struct TxnOperation
{
    /// <summary>What it does.</summary>
    public TxnOperationKind Kind { get; private init; }

    /// <summary>The operation's own message, a part of the request's memory.</summary>
    public ReadOnlyMemory<byte> Request { get; private init; }

    /// <summary>The nested txn, if it is one.</summary>
    public TxnFields? Nested { get; private init; }

    /// <summary>Why it cannot be carried out, if it cannot.</summary>
    public Refusal? Refusal { get; private init; }

    /// <summary>Whether it is answered with keys, so that the answer's size depends on what the store holds.</summary>
    public bool WantsKeys { get; private init; }

    /// <summary>Whether only the state tells if it can be carried out: a put that keeps something or has a lease, a range at a revision.</summary>
    public bool DependsOnState { get; private init; }

    /// <summary>Whether it reads this node's own state, and says that this will do.</summary>
    public bool IsSerializable { get; private init; }

    /// <summary>The nested txn, which every operation of its kind has.</summary>
    public TxnFields Inner => Nested ?? throw new InvalidOperationException("This operation is no txn.");

    /// <summary>Reads an operation; false if the bytes are none.</summary>
    /// <param name="message">The RequestOp.</param>
    /// <param name="depthLeft">How many txns may yet be nested in each other.</param>
    /// <param name="operation">The operation.</param>
    public static bool TryRead(ReadOnlyMemory<byte> message, int depthLeft, out TxnOperation operation)
    {
        operation = new TxnOperation { Refusal = Refusal.NoSuchKey };
        var reader = new WireReader(message.Span);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                // One of them is there. If a client sends several the last one counts, and none may be damaged.
                case 1 << 3 | (uint)WireType.Length:
                case 2 << 3 | (uint)WireType.Length:
                case 3 << 3 | (uint)WireType.Length:
                case 4 << 3 | (uint)WireType.Length:
                    var kind = (TxnOperationKind)(reader.Tag >> 3);
                    operation = Read(kind, reader.Bytes(message), depthLeft);
                    break;
                default:
                    reader.Skip();
                    break;
            }

            if (operation.Refusal == Refusal.NotAMessage)
            {
                return false;
            }
        }

        return !reader.IsDamaged;
    }

    private static TxnOperation Read(TxnOperationKind kind, ReadOnlyMemory<byte> request, int depthLeft)
    {
        Refusal? refusal = null;
        TxnFields? nested = null;
        bool wantsKeys = false, isSerializable = false, dependsOnState = false;
        switch (kind)
        {
            case TxnOperationKind.Range:
                refusal = RangeFields.Read(request, out var range);
                wantsKeys = true;
                isSerializable = range.IsSerializable;
                dependsOnState = range.Revision != 0;
                break;
            case TxnOperationKind.Put:
                refusal = PutFields.Read(request, out var put);
                wantsKeys = put.WantsPrevious;
                dependsOnState = put.NeedsPrevious || put.Lease != 0;
                break;
            case TxnOperationKind.DeleteRange:
                refusal = DeleteRangeFields.Read(request, out var delete);
                wantsKeys = delete.WantsPrevious;
                break;
            case TxnOperationKind.Txn when depthLeft > 0:
                refusal = TxnFields.Parse(request, depthLeft - 1, out nested) ? null : Refusal.NotAMessage;
                break;
            default:
                // A txn too deep: the one around it may hold no operation at all, and is refused for this one unread.
                break;
        }

        return new TxnOperation
        {
            Kind = kind,
            Request = request,
            Nested = nested,
            Refusal = refusal,
            WantsKeys = wantsKeys,
            DependsOnState = dependsOnState,
            IsSerializable = isSerializable,
        };
    }
}
