namespace ActorQuorum.TestKit.Linearizability.Searching;

/// <summary>
/// The calls and returns of the operations that are still to be placed, in order: Wing and Gong's doubly linked list, from which an
/// operation is lifted, and into which it is put back, in constant time. <see cref="End"/> is what comes before
/// the first and after the last.
/// </summary>
internal sealed class EventLine
{
    public const int End = 0;

    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int[] _operation;
    private readonly int[] _rank;
    private readonly int[] _callOf;
    private readonly int[] _returnOf;

    /// <summary>A line of all operations.</summary>
    /// <param name="operations">The ranks of each operation's call and return.</param>
    public EventLine(IReadOnlyList<(int Call, int Return)> operations)
    {
        var count = (2 * operations.Count) + 1;
        (_next, _previous, _operation, _rank) = (new int[count], new int[count], new int[count], new int[count]);
        (_callOf, _returnOf) = (new int[operations.Count], new int[operations.Count]);
        var events = operations.SelectMany(
            (o, at) => new[] { (Rank: o.Call, At: at, Of: _callOf), (Rank: o.Return, At: at, Of: _returnOf) });
        var place = 0;
        foreach (var (rank, at, of) in events.OrderBy(e => e.Rank))
        {
            place++;
            (_operation[place], _rank[place], of[at]) = (at, rank, place);
            (_previous[place], _next[place - 1]) = (place - 1, place);
        }

        _previous[End] = place;
    }

    /// <summary>Whether every operation was lifted.</summary>
    public bool IsEmpty => First == End;

    /// <summary>The first event.</summary>
    public int First => _next[End];

    /// <summary>The first return: every operation not lifted must be placed before its return.</summary>
    public int FirstReturn
    {
        get
        {
            var at = First;
            while (IsCall(at)) at = _next[at];
            return at;
        }
    }

    public bool IsCall(int at) => _callOf[_operation[at]] == at;

    public int OperationAt(int at) => _operation[at];

    public int RankOf(int at) => _rank[at];

    /// <summary>The event behind an operation's call.</summary>
    public int AfterCallOf(int operation) => _next[_callOf[operation]];

    public int After(int at) => _next[at];

    /// <summary>Takes an operation's call and return out.</summary>
    public void Lift(int operation)
    {
        Unlink(_callOf[operation]);
        Unlink(_returnOf[operation]);
    }

    /// <summary>Puts back the operation lifted last.</summary>
    public void PutBack(int operation)
    {
        Relink(_returnOf[operation]);
        Relink(_callOf[operation]);
    }

    private void Unlink(int at) => (_next[_previous[at]], _previous[_next[at]]) = (_next[at], _previous[at]);

    private void Relink(int at) => (_next[_previous[at]], _previous[_next[at]]) = (at, at);
}
