namespace ActorQuorum.StateMachines.Processors;

/// <summary>Runs one command of a processor: its writes at one new revision, or none.</summary>
internal sealed class ProcessorRun(KeyIndex index, long revision, ProcessorSet processors)
{
    [ThreadStatic]
    private static bool t_isRunning;

    /// <summary>What the handler answered.</summary>
    public ReadOnlyMemory<byte> Result { get; private set; }

    /// <summary>Whether something was written.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Runs a command; null, or why it was refused: then nothing is changed.</summary>
    /// <exception cref="MissingProcessorException">The processor does not run here: the node must stop.</exception>
    public Refusal? Execute(in ProcessFields fields, long logIndex)
    {
        var name = fields.Name;
        if (!processors.TryFind(name, out var handler)) throw new MissingProcessorException(name, logIndex);
        var before = index.Freeze();
        var transaction = new ProcessorTransaction(index, revision);
        if (Call(name, handler, transaction, fields.Payload, logIndex) is { } refusal)
        {
            index.Revert(before, revision);
            return refusal;
        }

        HasChanged = transaction.HasRewritten ? WriteAnew(transaction.Written, before) : transaction.Written.Count > 0;
        return null;
    }

    /// <summary>A node that a handler asked would wait for itself, or be asked once by every member; so none is.</summary>
    /// <exception cref="InvalidOperationException">A handler runs on this thread.</exception>
    public static void RefuseWithin()
    {
        if (t_isRunning)
        {
            throw new InvalidOperationException(
                "A processor asked a node for something. It has the store that it is handed, and nothing else: while it runs its node applies nothing.");
        }
    }

    private Refusal? Call(string name, ProcessorHandler handler, ProcessorTransaction transaction, ReadOnlyMemory<byte> payload, long logIndex)
    {
        t_isRunning = true;
        try
        {
            var result = handler(transaction, new(payload));
            if (transaction.Overrun is null && result.Length > ProcessorTransaction.ResultLimitBytes)
                return ProcessorRefusal.Said(name, $"a result over {ProcessorTransaction.ResultLimitBytes >> 20} MiB");
            Result = result.ToArray();
            return transaction.Overrun is { } overrun ? ProcessorRefusal.Said(name, overrun) : null;
        }
        catch (Exception e) when (e is not (OutOfMemoryException or InsufficientExecutionStackException))
        {
            // Memory and stack are this machine's: others may have had enough, so those two stop the node. All else comes of the command.
            if (transaction.Overrun is { } overrun) return ProcessorRefusal.Said(name, overrun);
            if (e is ProcessorException) return ProcessorRefusal.Said(name, e.Message);
            processors.TellFailed(name, logIndex, e);
            return ProcessorRefusal.Failed(name);
        }
        finally
        {
            t_isRunning = false;
            transaction.Close();
        }
    }

    /// <summary>A key has one version a revision: what was written more than once is undone, and only what came of it is written.</summary>
    private bool WriteAnew(IReadOnlyCollection<Bytes> written, KeyIndexRoot before)
    {
        var outcome = index.Current;
        index.Revert(before, revision);
        var hasChanged = false;
        foreach (var key in written.OrderBy(key => key, ByteOrder.Instance))
        {
            var isThere = outcome.TryFind(key.Span, out var made);
            if (isThere) index.Put(key.Span, made.Newest.Value, revision + 1);
            else if (index.Current.TryFind(key.Span, out _)) index.Delete(key.Span, revision + 1);
            else continue;
            hasChanged = true;
        }

        return hasChanged;
    }

    private sealed class ByteOrder : IComparer<Bytes>
    {
        public static readonly ByteOrder Instance = new();

        public int Compare(Bytes x, Bytes y) => x.Span.SequenceCompareTo(y.Span);
    }
}
