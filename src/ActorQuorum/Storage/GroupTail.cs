using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>
/// Where the log of one group begins and ends, and the rules by which it grows. The writer and recovery ask the same rules,
/// so nothing is written that would be refused later.
/// </summary>
internal sealed class GroupTail
{
    /// <summary>The first index of each term, in ascending order; not below the base.</summary>
    private readonly List<LogPlace> _terms = [];

    /// <summary>Whether the base is only where segments ended that were given up: no record of a snapshot was read yet that bears it out.</summary>
    private bool _isUnseen;

    /// <summary>The last entry that a snapshot stands for instead of the log; (0, 0) while the log is whole.</summary>
    public LogPlace Base { get; private set; }

    /// <summary>The index of the last entry; the base's in an empty log.</summary>
    public long LastIndex { get; private set; }

    /// <summary>The term of the last entry; the base's in an empty log.</summary>
    public long LastTerm => _terms.Count > 0 ? _terms[^1].Term : Base.Term;

    /// <summary>Index and term of the last entry.</summary>
    public LogPlace Last => new(LastIndex, LastTerm);

    /// <summary>The last state.</summary>
    public HardState State { get; private set; } = HardState.Initial;

    /// <summary>Its term.</summary>
    public long StateTerm => State.Term;

    /// <summary>The same tail, which goes its own way from now on.</summary>
    public GroupTail Clone()
    {
        var clone = new GroupTail { Base = Base, LastIndex = LastIndex, State = State, _isUnseen = _isUnseen };
        clone._terms.AddRange(_terms);
        return clone;
    }

    /// <summary>The term of an entry between the base and the last one, both included.</summary>
    public long TermAt(long index)
    {
        int at = _terms.Count - 1;
        while (at >= 0 && _terms[at].Index > index)
            at--;
        return at < 0 ? Base.Term : _terms[at].Term;
    }

    /// <summary>Takes a state; returns what is wrong with it, or null.</summary>
    public string? Take(HardState state)
    {
        if (state.Term < StateTerm)
            return $"the term fell from {StateTerm} to {state.Term}";
        State = state;
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
        if (entry.Term > LastTerm || _terms.Count == 0)
            _terms.Add(new LogPlace(entry.Index, entry.Term));
        return null;
    }

    /// <summary>Drops the entries from an index on; returns what is wrong with that, or null.</summary>
    /// <param name="fromIndex">The first index that is gone.</param>
    public string? Truncate(long fromIndex)
    {
        if (fromIndex < 1 || fromIndex > LastIndex + 1)
            return $"a truncation from entry {fromIndex} on, but the last entry is {LastIndex}";
        if (fromIndex <= Base.Index)
        {
            if (!_isUnseen)
                return $"a truncation from entry {fromIndex} on, but a snapshot stands for the entries up to {Base.Index}";

            // What is dropped stood in segments that were given up later, for a snapshot whose record is still to come.
            Base = new LogPlace(fromIndex - 1, 0);
        }

        LastIndex = fromIndex - 1;
        while (_terms.Count > 0 && _terms[^1].Index > LastIndex)
            _terms.RemoveAt(_terms.Count - 1);
        return null;
    }

    /// <summary>Drops the entries up to a place in the log, for which a snapshot stands; returns what is wrong with that, or null.</summary>
    public string? Compact(LogPlace place)
    {
        if (place.Index < Base.Index || place.Index > LastIndex)
            return $"a base at entry {place.Index}, but the log holds {Base.Index + 1} to {LastIndex}";
        if (TermAt(place.Index) != place.Term && !MayBe(place))
            return $"a base of term {place.Term} at entry {place.Index}, which has term {TermAt(place.Index)}";
        int gone = _terms.FindLastIndex(start => start.Index <= place.Index + 1);
        if (gone > 0)
            _terms.RemoveRange(0, gone);
        if (place.Index == LastIndex)
            _terms.Clear();
        (Base, _isUnseen) = (place, false);
        return null;
    }

    /// <summary>Drops the whole log: it goes on behind a snapshot; returns what is wrong with that, or null.</summary>
    public string? Reset(LogPlace place)
    {
        if (place.Index < Base.Index)
            return $"the log is to go on behind entry {place.Index}, but a snapshot stands for the entries up to {Base.Index}";
        if (place.Term > StateTerm)
            return $"the log is to go on behind entry {place.Index} of term {place.Term}, but the node's term is {StateTerm}";
        Begin(place);
        return null;
    }

    /// <summary>The log of a group that was not met before begins behind <paramref name="place"/>.</summary>
    public void Begin(LogPlace place)
    {
        _terms.Clear();
        (Base, LastIndex, _isUnseen) = (place, place.Index, false);
    }

    /// <summary>The log of a group begins with what a segment says of it; those before were given up.</summary>
    public void BeginUnseen(LogPlace place)
    {
        Begin(place);
        _isUnseen = true;
    }

    /// <summary>Whether the log may end at a place, as far as is known: the term of an entry in segments that were given up is not.</summary>
    public bool MayEndAt(LogPlace place) => Last == place || (LastIndex == place.Index && MayBe(place));

    private bool MayBe(LogPlace place) => _isUnseen && Base.Term == 0 && place.Index == Base.Index;
}
