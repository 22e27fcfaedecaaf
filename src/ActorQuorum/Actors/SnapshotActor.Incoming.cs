using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <content>What is known of the snapshot that a leader sends here.</content>
internal sealed partial class SnapshotActor
{
    /// <summary>A snapshot on its way here.</summary>
    private sealed class Incoming(MemberId from, SnapshotOffer offer, string path, TimeSpan now)
    {
        public MemberId From { get; set; } = from;

        public SnapshotOffer Offer { get; set; } = offer;

        public string Path { get; } = path;

        public IFile? File { get; set; }

        public bool HasRoom { get; set; }

        public bool IsOpen { get; set; }

        /// <summary>Whether all of it is here: it is being checked, or judged, or put in its place.</summary>
        public bool IsComplete { get; set; }

        /// <summary>The offset of the next chunk that is taken.</summary>
        public long Expected { get; set; }

        /// <summary>All before it is in the file.</summary>
        public long Written { get; set; }

        public long UnflushedBytes { get; set; }

        public TimeSpan LastHeard { get; set; } = now;

        public bool IsFull { get; set; }

        public string? Damage { get; set; }

        public string? Foreign { get; set; }

        public SnapshotHead? Head { get; set; }

        public IStateRestore? Restore { get; set; }
    }
}
