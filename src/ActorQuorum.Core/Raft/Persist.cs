using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

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
    long LastIndex, long Generation, long Sequence, ImmutableArray<RaftMessage> OnceDurable);
