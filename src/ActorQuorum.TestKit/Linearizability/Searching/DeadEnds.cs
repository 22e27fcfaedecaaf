namespace ActorQuorum.TestKit.Linearizability.Searching;

/// <summary>The orders that got furthest before they got stuck: what a reader wants to see of a search in vain.</summary>
internal sealed class DeadEnds<TState>(IEqualityComparer<TState> states)
{
    /// <summary>More would not be read.</summary>
    public const int MaxOrders = 8;

    private readonly List<(TState State, int[] Order)> _found = [];

    /// <summary>The rank of the return that they did not get past.</summary>
    public int Furthest { get; private set; } = -1;

    /// <summary>The orders, shortest first.</summary>
    public IEnumerable<int[]> Orders => _found.Select(f => f.Order).OrderBy(order => order.Length);

    /// <summary>The search got stuck before the return of this rank.</summary>
    /// <param name="rank">The return's rank.</param>
    /// <param name="state">The state there.</param>
    /// <param name="latestFirst">What was placed, the latest first.</param>
    public void Note(int rank, TState state, IEnumerable<int> latestFirst)
    {
        if (rank < Furthest) return;
        if (rank > Furthest) _found.Clear();
        Furthest = rank;
        if (_found.Count == MaxOrders || _found.Exists(f => states.Equals(f.State, state))) return;
        _found.Add((state, [.. latestFirst.Reverse()]));
    }
}
