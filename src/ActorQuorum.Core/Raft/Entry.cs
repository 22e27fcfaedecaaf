namespace ActorQuorum.Core.Raft;

/// <summary>What a log entry is for. The numbers stand on disk and on the wire.</summary>
internal enum EntryKind
{
    /// <summary>Nothing to apply: a leader's first entry in its term (Raft §8).</summary>
    Noop = 0,

    /// <summary>A command of the state machine.</summary>
    Command = 1,

    /// <summary>A configuration of the cluster, encoded.</summary>
    Configuration = 2,
}

/// <summary>One entry of the replicated log (Raft §5.3). Immutable: log, messages and disk share the one object.</summary>
/// <param name="Index">Position in the log, from 1 without gaps.</param>
/// <param name="Term">The leader's term when it appended the entry.</param>
/// <param name="Kind">What the entry is for.</param>
/// <param name="Payload">The command's bytes; never changed after the entry was made.</param>
internal sealed record Entry(long Index, long Term, EntryKind Kind, ReadOnlyMemory<byte> Payload)
{
    /// <summary>What an entry weighs beside its payload when batches are measured.</summary>
    public const int OverheadBytes = 32;

    /// <summary>The entry's weight in a batch.</summary>
    public int SizeBytes => OverheadBytes + Payload.Length;
}
