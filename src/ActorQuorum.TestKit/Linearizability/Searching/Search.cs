namespace ActorQuorum.TestKit.Linearizability.Searching;

/// <summary>
/// Looks for an order of the operations that respects real time and the model: depth first over "which operation took effect next"
/// (Wing and Gong 1993), never twice in the same configuration (Lowe 2017). An operation is a candidate as long as no
/// other one that is still to be placed returned before its call. Those of unknown outcome are tried last, and need not be placed at all.
/// docs/linearizability.md proves that the orders left out here are not missed.
/// </summary>
internal sealed class Search<TState, TInput, TOutput>
    where TInput : notnull
{
    private readonly Model<TState, TInput, TOutput> _model;
    private readonly long _maxSteps;
    private readonly PlacedOperation<TInput, TOutput>[] _operations;
    private readonly int _completed;
    private readonly bool[] _readOnly;
    private readonly int[] _twin;
    private readonly EventLine _line;
    private readonly OperationSet _placed;
    private readonly ConfigurationCache<TState> _visited;
    private readonly Stack<(int Operation, TState Before)> _order = new();
    private readonly DeadEnds<TState> _deadEnds;
    private TState _state;
    private int _event;
    private int _lostAt;
    private long _steps;

    public Search(Model<TState, TInput, TOutput> model, Timeline<TInput, TOutput> timeline, long maxSteps)
    {
        (_model, _maxSteps, _state) = (model, maxSteps, model.Initial);
        _operations = [.. timeline.Operations.Where(o => !o.IsLost), .. timeline.Operations.Where(o => o.IsLost)];
        _completed = _operations.Count(o => !o.IsLost);
        _readOnly = [.. _operations.Select(o => !o.IsLost && model.IsReadOnly(o.Operation.Input, o.Outcome))];
        _twin = Twins(_operations, _completed);
        _line = new([.. _operations.Take(_completed).Select(o => (o.Call, o.Return))]);
        _placed = new(_completed, _operations.Length - _completed);
        _visited = new(model.StateComparer);
        _deadEnds = new(model.StateComparer);
    }

    /// <summary>Searches to the end, or to the bound.</summary>
    public SearchEnd<TState, TInput, TOutput> Run()
    {
        PlaceReads();
        _visited.Add(_placed, _state);
        _event = _line.First;
        while (!_line.IsEmpty)
        {
            if (_steps >= _maxSteps) return End(Verdict.GivenUp);
            if (PlaceNext()) continue;
            _deadEnds.Note(_line.RankOf(_event), _state, _order.Select(o => o.Operation));
            if (!TakeBack()) return End(Verdict.NotLinearizable);
        }

        return End(Verdict.Linearizable);
    }

    /// <summary>For each operation of unknown outcome the one before it with the same input: they are taken in this order.</summary>
    private static int[] Twins(PlacedOperation<TInput, TOutput>[] operations, int completed)
    {
        var latest = new Dictionary<TInput, int>();
        var twins = new int[operations.Length];
        for (var at = completed; at < operations.Length; at++)
        {
            twins[at] = latest.GetValueOrDefault(operations[at].Operation.Input, -1);
            latest[operations[at].Operation.Input] = at;
        }

        return twins;
    }

    /// <summary>Goes on with the first candidate that leads to a new configuration, from where the candidates were left.</summary>
    private bool PlaceNext()
    {
        while (_line.IsCall(_event))
        {
            var candidate = _line.OperationAt(_event);
            _event = _line.After(_event);
            if (!_readOnly[candidate] && TryPlace(candidate)) return true;
        }

        while (_lostAt < _operations.Length - _completed && _operations[_completed + _lostAt].Call < _line.RankOf(_event))
            if (TryPlace(_completed + _lostAt++)) return true;
        return false;
    }

    private bool TryPlace(int operation)
    {
        if (operation >= _completed && !IsNextOfTwins(operation)) return false;
        var (isLegal, next) = StepFrom(_state, operation);
        if (!isLegal || IsIdle(operation, next)) return false;
        Place(operation, next);
        PlaceReads();
        (_event, _lostAt) = (_line.First, 0);
        return _visited.Add(_placed, _state) || !TakeBack();
    }

    /// <summary>What only reads is placed as soon as it fits, and never elsewhere: it is in nobody's way.</summary>
    private void PlaceReads()
    {
        var before = EventLine.End;
        for (var at = _line.First; at != EventLine.End && _line.IsCall(at); at = _line.After(before))
        {
            var operation = _line.OperationAt(at);
            if (_readOnly[operation] && StepFrom(_state, operation).IsLegal) Place(operation, _state);
            else before = at;
        }
    }

    private void Place(int operation, TState next)
    {
        _order.Push((operation, _state));
        _state = next;
        if (operation >= _completed)
        {
            _placed.FlipLost(operation - _completed);
            return;
        }

        _placed.Add(operation);
        _line.Lift(operation);
    }

    /// <summary>Takes the latest choice back, with the reads that followed, and goes on behind it; false if there was none.</summary>
    private bool TakeBack()
    {
        while (_order.TryPop(out var last))
        {
            (var operation, _state) = last;
            if (operation >= _completed)
            {
                _placed.FlipLost(operation - _completed);
                (_event, _lostAt) = (_line.FirstReturn, operation - _completed + 1);
                return true;
            }

            _placed.Remove(operation);
            _line.PutBack(operation);
            (_event, _lostAt) = (_line.AfterCallOf(operation), 0);
            if (!_readOnly[operation]) return true;
        }

        return false;
    }

    private bool IsNextOfTwins(int operation) =>
        !_placed.HasLost(operation - _completed) && (_twin[operation] < 0 || _placed.HasLost(_twin[operation] - _completed));

    /// <summary>
    /// Whether an operation of unknown outcome would be placed for nothing: this one, if it leaves the state as it is; or the one just
    /// before it, if this one can do without.
    /// </summary>
    private bool IsIdle(int operation, TState next)
    {
        if (operation >= _completed && _model.StateComparer.Equals(next, _state)) return true;
        if (!_order.TryPeek(out var last) || last.Operation < _completed) return false;
        var (isLegal, without) = StepFrom(last.Before, operation);
        return isLegal && _model.StateComparer.Equals(without, next);
    }

    private (bool IsLegal, TState Next) StepFrom(TState state, int operation)
    {
        _steps++;
        return _model.Step(state, _operations[operation].Operation.Input, _operations[operation].Outcome);
    }

    private SearchEnd<TState, TInput, TOutput> End(Verdict verdict) => new(
        verdict, _steps, [.. Named(_order.Select(o => o.Operation).Reverse())], _deadEnds.Furthest,
        [.. _deadEnds.Orders.Select(order => Named(order).ToArray())]);

    private IEnumerable<PlacedOperation<TInput, TOutput>> Named(IEnumerable<int> order) => order.Select(at => _operations[at]);
}

/// <summary>How a search ended.</summary>
/// <param name="Verdict">What it found.</param>
/// <param name="Steps">The model's steps it took.</param>
/// <param name="Order">The order found, or the one tried last.</param>
/// <param name="FurthestReturn">The rank of the latest return that no order got past; -1 if none got stuck.</param>
/// <param name="FurthestOrders">Some orders that got there, leading to different states.</param>
internal sealed record SearchEnd<TState, TInput, TOutput>(
    Verdict Verdict,
    long Steps,
    IReadOnlyList<PlacedOperation<TInput, TOutput>> Order,
    int FurthestReturn,
    IReadOnlyList<IReadOnlyList<PlacedOperation<TInput, TOutput>>> FurthestOrders);
