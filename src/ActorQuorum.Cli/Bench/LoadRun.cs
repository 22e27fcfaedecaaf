using System.Diagnostics;

namespace ActorQuorum.Cli.Bench;

/// <summary>A whole bench: fill the keys, warm up, measure.</summary>
internal sealed class LoadRun
{
    // What is under way at the end still gets this long to be answered.
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FillPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(500);

    private readonly LoadPlan _plan;
    private readonly LoadConnection[] _connections;
    private readonly LoadProgress _progress;
    private long _measureFrom = long.MaxValue;

    public LoadRun(LoadPlan plan, LoadProgress progress)
    {
        _plan = plan;
        _progress = progress;
        var targets = plan.Endpoints.Select(address => new LoadTarget(address, plan)).ToArray();
        _connections =
        [
            .. Enumerable.Range(0, plan.Connections).Select(number => new LoadConnection(
                targets, number, (plan.Clients / plan.Connections) + (number < plan.Clients % plan.Connections ? 1 : 0))),
        ];
    }

    /// <summary>How many connections are open.</summary>
    public int OpenConnections => _connections.Count(connection => connection.IsOpen);

    /// <exception cref="CommandFailedException">The keys could not be written.</exception>
    public async Task<LoadResult> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_plan.ReadShare > 0) await FillAsync(cancellationToken);
            return await MeasureAsync(cancellationToken);
        }
        finally
        {
            _progress.End();
            foreach (var connection in _connections) connection.Close();
        }
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        _progress.Say($"writing {_plan.Keys} keys to be read");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(FillPatience);
        var load = new Workload(_plan.Keys, 0, isSequential: true);
        await Task.WhenAll(_connections.Select(connection => Task.Run(() => connection.RunAsync(load, () => long.MaxValue, patience.Token), default)));
        var filled = Total();
        if (filled.Errors > 0)
            throw new CommandFailedException(
                ExitCode.NoQuorum, $"not every key could be written beforehand: {filled.Reasons[0].Key}. Check with `actorquorum status`, then run the bench again.");
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<LoadResult> MeasureAsync(CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource();
        var load = new Workload(_plan.Keys, _plan.ReadShare, isSequential: false);
        var running = Task.WhenAll(_connections.Select(
            connection => Task.Run(() => connection.RunAsync(load, () => Volatile.Read(ref _measureFrom), end.Token), default)));
        await WatchAsync("warming up", _plan.Warmup, cancellationToken);
        var from = Stopwatch.GetTimestamp();
        Volatile.Write(ref _measureFrom, from);
        await WatchAsync("", _plan.Duration, cancellationToken);
        var open = OpenConnections;
        load.End();
        var elapsed = Stopwatch.GetElapsedTime(from);
        end.CancelAfter(LastAnswers);
        await running;
        return new(_plan, Total(), elapsed, open);
    }

    /// <summary>Shows how it goes for a while; Ctrl-C ends the while early, and what was measured until then counts.</summary>
    private async Task WatchAsync(string phase, TimeSpan duration, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) is var elapsed && elapsed < duration && !cancellationToken.IsCancellationRequested)
        {
            var left = duration - elapsed;
            await Task.Delay(left < Redraw ? left : Redraw, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (phase.Length > 0) _progress.Say(phase);
            else _progress.Show(Stopwatch.GetElapsedTime(began), Total(), OpenConnections);
        }
    }

    private LoadCounts Total()
    {
        var total = new LoadCounts();
        foreach (var connection in _connections) total.Add(connection.Counts);
        return total;
    }
}

/// <summary>What a bench measured.</summary>
/// <param name="Plan">What it did.</param>
/// <param name="Counts">What came of it.</param>
/// <param name="Elapsed">How long it measured.</param>
/// <param name="OpenConnections">How many connections were open at the end.</param>
internal sealed record LoadResult(LoadPlan Plan, LoadCounts Counts, TimeSpan Elapsed, int OpenConnections);
