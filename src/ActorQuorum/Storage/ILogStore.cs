using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>
/// Where the storage actor's batches go. Called from one thread at a time. A failure is final: every later call is refused,
/// because a flush that failed may have forgotten what it should have written.
/// </summary>
internal interface ILogStore : IDisposable
{
    /// <summary>How much the log takes, in bytes.</summary>
    long SizeBytes { get; }

    /// <summary>Writes the batch in its order. Durable only after <see cref="Flush"/>.</summary>
    void Write(IReadOnlyList<Persist> batch);

    /// <summary>Makes all that was written durable.</summary>
    void Flush();

    /// <summary>
    /// A job that gives back what snapshots stand for, now that it is durable that they do; null if there is nothing. It touches nothing
    /// that writing needs, and so may run on another thread.
    /// </summary>
    Action? TakeTrim();

    /// <summary>Flushes and marks the stop as clean. Disposing without this leaves the log as a crash would.</summary>
    void Close();
}
