using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>What a log held when it was opened. All of it is durable.</summary>
/// <param name="Groups">Each group that ever wrote.</param>
/// <param name="Notes">What the operator should know, as sentences for the log.</param>
internal sealed record RecoveredLog(IReadOnlyDictionary<int, RecoveredGroup> Groups, IReadOnlyList<string> Notes);

/// <summary>What one group persisted.</summary>
/// <param name="State">The last term, vote and identity.</param>
/// <param name="Entries">The entries, without gaps from the one behind <paramref name="Base"/>.</param>
/// <param name="Base">The last entry that only a snapshot holds; (0, 0) if the log is whole.</param>
internal sealed record RecoveredGroup(HardState State, IReadOnlyList<Entry> Entries, LogPlace Base = default)
{
    /// <summary>The index of the last entry.</summary>
    public long LastIndex => Base.Index + Entries.Count;
}
