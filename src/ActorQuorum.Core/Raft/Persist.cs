using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>Where the log begins: behind a snapshot (Raft §7).</summary>
/// <param name="Index">The last index that the log no longer holds.</param>
/// <param name="Term">Its term.</param>
/// <param name="IsReset">Whether all entries are gone, those behind <paramref name="Index"/> too: an installed snapshot replaces the whole log.</param>
internal sealed record LogBase(long Index, long Term, bool IsReset);

/// <summary>Work for the disk: one turn's changes to the persistent state, and the messages that must not leave before they are durable.</summary>
/// <param name="Group">The Raft group.</param>
/// <param name="State">The new term, vote and identity, or null if unchanged.</param>
/// <param name="TruncateFrom">Entries from this index on are gone, before <paramref name="Entries"/> are appended; zero if none.</param>
/// <param name="Entries">Entries to append.</param>
/// <param name="LastIndex">The log's last index after this; durable once this is.</param>
/// <param name="Generation">The log generation, raised at every truncation: an acknowledgement of an older one is ignored.</param>
/// <param name="Sequence">Counts the persists of this node, so that an acknowledged state is known.</param>
/// <param name="OnceDurable">Messages that leave once this is durable.</param>
internal sealed record Persist(
    int Group, HardState? State, long TruncateFrom, ImmutableArray<Entry> Entries,
    long LastIndex, long Generation, long Sequence, ImmutableArray<RaftMessage> OnceDurable)
{
    /// <summary>Where the log begins from now on; carried out before <see cref="TruncateFrom"/>; null if unchanged.</summary>
    public LogBase? Base { get; init; }
}
