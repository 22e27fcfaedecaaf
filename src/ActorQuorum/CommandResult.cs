namespace ActorQuorum;

/// <summary>What a state machine answers to a command or a query; the same on every node.</summary>
/// <param name="Code">Zero if it succeeded; otherwise the state machine's own code (the key-value store uses gRPC's).</param>
/// <param name="Error">What was wrong, or null.</param>
/// <param name="Revision">The state machine's revision after the command, or that the query was answered at.</param>
/// <param name="Payload">The answer's bytes, in the state machine's own encoding.</param>
public sealed record CommandResult(int Code, string? Error, long Revision, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Whether the command succeeded.</summary>
    public bool IsSuccess => Code == 0;
}
