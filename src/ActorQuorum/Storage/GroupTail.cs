using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>
/// Where the log of one group ends, and the rules by which it grows. The writer and recovery ask the same rules,
/// so nothing is written that would be refused later.
/// </summary>
internal sealed class GroupTail
{
    /// <summary>The index of the last entry; 0 in an empty log.</summary>
    public long LastIndex { get; private set; }

    /// <summary>The term of the last entry; 0 in an empty log, and after a truncation in the writer, which keeps no entries.</summary>
    public long LastTerm { get; private set; }

    /// <summary>The last term of the state.</summary>
    public long StateTerm { get; private set; }

    /// <summary>Takes a state; returns what is wrong with it, or null.</summary>
    public string? Take(HardState state)
    {
        if (state.Term < StateTerm)
            return $"the term fell from {StateTerm} to {state.Term}";
        StateTerm = state.Term;
        return null;
    }

    /// <summary>Takes an entry; returns what is wrong with it, or null.</summary>
    public string? Take(Entry entry)
    {
        if (entry.Index != LastIndex + 1)
            return $"entry {entry.Index} follows entry {LastIndex}";
        if (entry.Term < LastTerm)
            return $"entry {entry.Index} has term {entry.Term}, the one before has term {LastTerm}";
        if (entry.Term > StateTerm)
            return $"entry {entry.Index} has term {entry.Term}, but the node's term is {StateTerm}";
        LastIndex = entry.Index;
        LastTerm = entry.Term;
        return null;
    }

    /// <summary>Drops the entries from an index on; returns what is wrong with that, or null.</summary>
    /// <param name="fromIndex">The first index that is gone.</param>
    /// <param name="termBefore">The term of the entry before it, where known, otherwise 0.</param>
    public string? Truncate(long fromIndex, long termBefore)
    {
        if (fromIndex < 1 || fromIndex > LastIndex + 1)
            return $"a truncation from entry {fromIndex} on, but the last entry is {LastIndex}";
        LastIndex = fromIndex - 1;
        LastTerm = termBefore;
        return null;
    }
}
