namespace ActorQuorum.Transport;

/// <summary>What members say to each other of a snapshot that one sends to the other.</summary>
/// <param name="Transfer">Names the snapshot's bytes: the beginning of their hash, so that what arrived of the same bytes before is not sent again.</param>
internal abstract record SnapshotMessage(ulong Transfer) : PeerMessage;

/// <summary>A leader has a snapshot for a follower whose log it cannot continue. Answered by <see cref="SnapshotProgress"/>.</summary>
/// <param name="Transfer">See <see cref="SnapshotMessage"/>.</param>
/// <param name="Term">The leader's term.</param>
/// <param name="Index">The last entry that the snapshot stands for.</param>
/// <param name="EntryTerm">That entry's term.</param>
/// <param name="SizeBytes">How many bytes will come.</param>
internal sealed record SnapshotOffer(ulong Transfer, long Term, long Index, long EntryTerm, long SizeBytes) : SnapshotMessage(Transfer);

/// <summary>A piece of a snapshot.</summary>
/// <param name="Transfer">See <see cref="SnapshotMessage"/>.</param>
/// <param name="Offset">Where it lies in the snapshot.</param>
/// <param name="Crc">Its CRC-32C, continued from that of its offset's eight bytes.</param>
/// <param name="Bytes">The bytes.</param>
internal sealed record SnapshotChunk(ulong Transfer, long Offset, uint Crc, ReadOnlyMemory<byte> Bytes) : SnapshotMessage(Transfer);

/// <summary>How the receiver of a snapshot is.</summary>
internal enum SnapshotReceipt
{
    /// <summary>It has the bytes up to the stated offset, and wants those from there on.</summary>
    Wanted = 0,

    /// <summary>It has the whole snapshot, and all its checksums match.</summary>
    Arrived = 1,

    /// <summary>What arrived was damaged: it wants the bytes from the stated offset on, again.</summary>
    Damaged = 2,

    /// <summary>It does not take the snapshot.</summary>
    Refused = 3,
}

/// <summary>Tells the sender of a snapshot how far it came.</summary>
/// <param name="Transfer">See <see cref="SnapshotMessage"/>.</param>
/// <param name="Offset">All before it arrived.</param>
/// <param name="Receipt">How the receiver is.</param>
/// <param name="Detail">Why it is so, for the log; null if there is nothing to say.</param>
internal sealed record SnapshotProgress(ulong Transfer, long Offset, SnapshotReceipt Receipt, string? Detail = null) : SnapshotMessage(Transfer);
