using System.Collections.Immutable;

namespace ActorQuorum.StateMachines;

/// <summary>As <see cref="IStateMachine.Objection"/>.</summary>
internal delegate CommandResult? CommandObjection(ReadOnlyMemory<byte> command, out string? processor);

/// <summary>A deterministic state machine: the same commands in the same order give the same state and results on every node.</summary>
internal interface IStateMachine
{
    /// <summary>Applies one committed command. An invalid command is a result with an error, never an exception.</summary>
    CommandResult Apply(long index, ReadOnlyMemory<byte> command);

    /// <summary>Looks at a command before it gets into the log. Called from any thread.</summary>
    /// <param name="command">The command.</param>
    /// <param name="processor">The processor that it asks for; null if it asks for none.</param>
    /// <returns>Why it must not get into any log; null if it may, where its processor is.</returns>
    CommandResult? Objection(ReadOnlyMemory<byte> command, out string? processor)
    {
        processor = null;
        return null;
    }

    /// <summary>The names of the processors that this build has, in ordinal order.</summary>
    ImmutableArray<string> Processors => [];

    /// <summary>The revision of the last change.</summary>
    long Revision { get; }

    /// <summary>The state after the last applied command: immutable, readable from any thread.</summary>
    IStateView View { get; }

    /// <summary>Holds the state as it is now, for a snapshot: commands go on, and nothing of it is copied.</summary>
    IStateCapture Capture();

    /// <summary>Begins to read another state back; this one stays until it is installed.</summary>
    IStateRestore BeginRestore();
}

/// <summary>An immutable root of a state machine's state.</summary>
internal interface IStateView
{
    /// <summary>Answers a query against this state.</summary>
    CommandResult Query(ReadOnlyMemory<byte> query);
}

/// <summary>
/// A state that is written to a snapshot, on any thread, while commands go on. What they drop meanwhile stays in memory until this is disposed,
/// which any thread may do.
/// </summary>
internal interface IStateCapture : IDisposable
{
    /// <summary>Writes the next piece, a little more than <paramref name="budgetBytes"/> at most.</summary>
    /// <returns>Whether there is more.</returns>
    bool WriteSome(ISnapshotSink sink, long budgetBytes);
}

/// <summary>A state that is read from a snapshot.</summary>
internal interface IStateRestore
{
    /// <summary>Reads all of it, on any thread. Until it has succeeded nothing has changed.</summary>
    /// <exception cref="Storage.SnapshotDamagedException">It is no state.</exception>
    void Read(ISnapshotSource source);

    /// <summary>What was read is the state machine's state from now on; between two commands.</summary>
    void Install();
}
