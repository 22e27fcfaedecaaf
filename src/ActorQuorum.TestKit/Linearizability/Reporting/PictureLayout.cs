namespace ActorQuorum.TestKit.Linearizability.Reporting;

/// <summary>Where the picture puts things: clients from top to bottom, events from left to right at equal distances.</summary>
internal sealed class PictureLayout
{
    public const int EventWidth = 64;
    public const int RowHeight = 34;
    public const int Left = 90;
    public const int Top = 12;

    private readonly Dictionary<int, int> _rowOf = [];
    private readonly Dictionary<int, int> _endOf = [];
    private readonly int _firstEvent;
    private readonly int _lastEvent;

    public PictureLayout(IReadOnlyList<ShownOperation> operations)
    {
        _firstEvent = operations.Min(o => o.CallEvent);
        _lastEvent = operations.Max(o => o.ReturnEvent ?? o.CallEvent);
        foreach (var client in operations.GroupBy(o => o.Client).OrderBy(g => g.Key)) AddClient(client.Key, [.. client]);
    }

    /// <summary>The clients, and the first of each one's rows.</summary>
    public List<(int Client, int Row)> Clients { get; } = [];

    public int RowCount { get; private set; }

    public int Width => (int)X(_lastEvent + 2);

    public int Height => Top + (RowCount * RowHeight) + Top;

    public double X(double at) => Left + ((at - _firstEvent + 0.5) * EventWidth);

    public static int Y(int row) => Top + (row * RowHeight);

    public int RowOf(ShownOperation operation) => _rowOf[operation.Number];

    /// <summary>The event up to which the bar goes; that of an unanswered operation makes room for the client's next one.</summary>
    public double EndOf(ShownOperation operation) => operation.ReturnEvent ?? _endOf[operation.Number] - 0.15;

    public bool Shows(ShownOperation operation) => _rowOf.ContainsKey(operation.Number);

    /// <summary>Where each operation takes effect: as early as its call and the one before allow, evenly between two events.</summary>
    public IEnumerable<(ShownOperation Operation, double X)> Points(PartialOrder order)
    {
        var slot = 0;
        var slots = order.Steps.Select(s => (s.Operation, Slot: slot = Math.Max(slot, s.Operation.CallEvent)));
        foreach (var together in slots.Where(p => Shows(p.Operation)).GroupBy(p => p.Slot))
        {
            var count = together.Count();
            foreach (var (i, (operation, at)) in together.Index()) yield return (operation, X(at + ((i + 1.0) / (count + 1))));
        }
    }

    /// <summary>A client has one row, and more where its operations overlap.</summary>
    private void AddClient(int client, List<ShownOperation> operations)
    {
        Clients.Add((client, RowCount));
        var freeFrom = new List<int>();
        for (var i = 0; i < operations.Count; i++)
        {
            var runsOn = operations[i].ReturnTime is not null || i + 1 == operations.Count;
            var end = operations[i].ReturnEvent ?? (runsOn ? _lastEvent + 1 : operations[i + 1].CallEvent);
            var lane = freeFrom.FindIndex(free => free <= operations[i].CallEvent);
            if (lane < 0)
            {
                lane = freeFrom.Count;
                freeFrom.Add(0);
            }

            (freeFrom[lane], _endOf[operations[i].Number]) = (end, end);
            _rowOf[operations[i].Number] = RowCount + lane;
        }

        RowCount += freeFrom.Count;
    }
}
