namespace ActorQuorum.TestKit.Disk;

/// <summary>What a crash does to bytes and names that were not flushed.</summary>
public enum CrashMode
{
    /// <summary>Only the process dies: what was written stays readable, but is no more durable than before.</summary>
    ProcessOnly,

    /// <summary>All that was not flushed is gone.</summary>
    LoseUnsynced,

    /// <summary>All that was not flushed reached the disk by itself.</summary>
    KeepAll,

    /// <summary>Each file is torn at some byte of its unflushed part; some of the unflushed names, in their order, are there.</summary>
    Tear,

    /// <summary>Of each file's unflushed part some sectors are there and others are zeros; names as with <see cref="Tear"/>.</summary>
    Sectors,
}
