using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Processors;

namespace ActorQuorum.Storage;

/// <summary>
/// The processors that a log asks for and a build lacks, all of them, found before anything of it is applied. What lies behind the newest
/// snapshot is looked at, committed or not: of which it is, a node that has just started knows nothing.
/// </summary>
internal static class MissingProcessors
{
    /// <summary>Names them, each with the first entry that asks for it.</summary>
    /// <returns>A text, or null if none is missing.</returns>
    public static string? Name(DurableState durable, IStateMachine machine)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var named = new List<string>();
        foreach (var entry in durable.Entries)
        {
            if (entry.Index <= durable.Snapshot.Index || entry.Kind != EntryKind.Command) continue;
            _ = machine.Objection(entry.Payload, out var processor);
            if (processor is null || ProcessorSet.IsAmong(machine.Processors, processor) || !found.Add(processor)) continue;

            // As many as one build can have: whoever adds those has the right one.
            if (named.Count < ProcessorSet.CountLimit) named.Add($"'{processor}' (entry {entry.Index})");
        }

        return named.Count == 0 ? null : $"{(named.Count == 1 ? "the processor" : "the processors")} {string.Join(", ", named)}";
    }
}
