namespace ActorQuorum.StateMachines;

/// <summary>A deterministic state machine: the same commands in the same order give the same state and results on every node.</summary>
internal interface IStateMachine
{
    /// <summary>Applies one committed command. An invalid command is a result with an error, never an exception.</summary>
    CommandResult Apply(long index, ReadOnlyMemory<byte> command);

    /// <summary>Why a command must not get into the log: this node could not apply it. Null if it may. Called from any thread.</summary>
    CommandResult? Objection(ReadOnlyMemory<byte> command) => null;

    /// <summary>The state after the last applied command: immutable, readable from any thread.</summary>
    IStateView View { get; }
}

/// <summary>An immutable root of a state machine's state.</summary>
internal interface IStateView
{
    /// <summary>Answers a query against this state.</summary>
    CommandResult Query(ReadOnlyMemory<byte> query);
}
