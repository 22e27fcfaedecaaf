namespace ActorQuorum.StateMachines;

/// <summary>
/// A txn's answer, a TxnResponse without its header. The answers within have headers: etcd says there at which revision each operation left
/// the store; a nested txn's is empty.
/// </summary>
internal sealed class TxnAnswer(bool isSuccess)
{
    private const int HeaderField = 1;
    private const int HeaderRevisionField = 3;
    private const int ResponsesField = 3;

    private readonly List<Part> _parts = [];
    private long _sizeBytes = WireWriter.NumberFieldSize(isSuccess ? 1UL : 0);

    /// <summary>Adds an operation's answer.</summary>
    public void Add(TxnOperationKind kind, long revision, ReadOnlyMemory<byte> payload) =>
        Add(new Part(kind, revision, payload, null));

    /// <summary>Adds the answer of a nested txn, which is complete.</summary>
    public void Add(TxnAnswer nested) => Add(new Part(TxnOperationKind.Txn, 0, default, nested));

    /// <summary>The answer in etcd's encoding.</summary>
    public ReadOnlyMemory<byte> ToPayload()
    {
        var payload = new byte[_sizeBytes];
        var writer = new WireWriter(payload);
        Write(ref writer);
        return payload;
    }

    private void Add(Part part)
    {
        _parts.Add(part);
        _sizeBytes += WireWriter.LengthFieldSize(WireWriter.LengthFieldSize(part.SizeBytes));
    }

    private void Write(ref WireWriter writer)
    {
        writer.Number(2, isSuccess ? 1UL : 0);
        foreach (var part in _parts)
        {
            writer.Length(ResponsesField, (int)WireWriter.LengthFieldSize(part.SizeBytes));
            writer.Length((int)part.Kind, (int)part.SizeBytes);
            writer.Length(HeaderField, part.HeaderSizeBytes);
            writer.Number(HeaderRevisionField, part.Revision);
            writer.Raw(part.Payload.Span);
            part.Nested?.Write(ref writer);
        }
    }

    private readonly record struct Part(TxnOperationKind Kind, long Revision, ReadOnlyMemory<byte> Payload, TxnAnswer? Nested)
    {
        public int HeaderSizeBytes => WireWriter.NumberFieldSize((ulong)Revision);

        public long SizeBytes => WireWriter.LengthFieldSize(HeaderSizeBytes) + Payload.Length + (Nested?._sizeBytes ?? 0);
    }
}
