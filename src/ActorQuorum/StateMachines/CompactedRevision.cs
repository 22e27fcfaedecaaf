namespace ActorQuorum.StateMachines;

/// <summary>
/// The oldest readable revision, shared by the store and its views: what lies below is dropped under the feet of whoever reads it on
/// another thread. It is raised before anything is dropped, so a reader that looks once more when it is done knows whether it saw everything.
/// </summary>
internal sealed class CompactedRevision
{
    /// <summary>Before the first compaction, as in etcd: every revision from zero on may be compacted.</summary>
    public const long None = -1;

    private long _value = None;

    /// <summary>The revision; below it nothing can be read.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>Raises it.</summary>
    public void Raise(long revision) => Volatile.Write(ref _value, revision);
}
