namespace ActorQuorum.Storage;

/// <summary>The numbers of a snapshot's layout (docs/storage.md, "A snapshot"). The writer and the reader share them.</summary>
internal static class SnapshotFormat
{
    /// <summary>Length and CRC before a block's bytes.</summary>
    public const int BlockHeadBytes = 8;

    /// <summary>The largest block: what a reader holds in memory before it trusts any of it.</summary>
    public const int LargestBlockBytes = 1 << 20;

    /// <summary>What the writer cuts; small beside what a disk writes at once, large beside a block's head.</summary>
    public const int BlockBytes = 256 << 10;

    /// <summary>After the last block: zero, CRC, and the length of the whole file.</summary>
    public const int EndBytes = 16;

    /// <summary>All before the hash is a multiple of this, as etcd's clients take it for a sign that the hash is there.</summary>
    public const int Alignment = 512;

    /// <summary>SHA-256.</summary>
    public const int HashBytes = 32;

    /// <summary>The length of a whole snapshot whose blocks end at <paramref name="blocksEnd"/>.</summary>
    public static long LengthOf(long blocksEnd) =>
        ((blocksEnd + EndBytes + Alignment - 1) / Alignment * Alignment) + HashBytes;
}
