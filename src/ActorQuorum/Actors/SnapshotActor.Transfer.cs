using System.Buffers.Binary;
using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;

namespace ActorQuorum.Actors;

/// <content>What is known of a snapshot that is sent to a follower.</content>
internal sealed partial class SnapshotActor
{
    /// <summary>A snapshot on its way to a follower.</summary>
    private sealed class Transfer(MemberId to, long term, SnapshotFile snapshot, IFile file, TimeSpan now)
    {
        public MemberId To { get; } = to;

        public long Term { get; } = term;

        public SnapshotFile Snapshot { get; } = snapshot;

        public IFile File { get; } = file;

        public long SizeBytes { get; } = snapshot.SizeBytes;

        public ulong Id { get; set; }

        public bool IsReady { get; set; }

        /// <summary>Whether the follower said from where on it wants the bytes.</summary>
        public bool IsAnswered { get; set; }

        public bool IsReading { get; set; }

        public long Acknowledged { get; set; }

        public long Next { get; set; }

        public int Damages { get; set; }

        /// <summary>How often the whole was there, and damaged.</summary>
        public int Spoils { get; set; }

        /// <summary>How often the follower had less than it had said before.</summary>
        public int Losses { get; set; }

        public TimeSpan NextOffer { get; set; } = now;

        public TimeSpan LastHeard { get; set; } = now;

        public TimeSpan LastAdvance { get; set; } = now;

        /// <summary>When the follower last had more than ever, or lost what it had.</summary>
        public TimeSpan LastProgress { get; set; } = now;
    }
}

/// <summary>The checksum of a chunk, which holds its place, too.</summary>
internal static class SnapshotChunks
{
    /// <summary>The CRC of an offset and the bytes there.</summary>
    public static uint CrcOf(long offset, ReadOnlySpan<byte> bytes)
    {
        Span<byte> place = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(place, offset);
        return Crc32C.Append(Crc32C.Append(0, place), bytes);
    }
}
