using System.Diagnostics;

namespace ActorQuorum.Cli.Bench;

/// <summary>A whole bench: fill the keys, warm up, measure.</summary>
internal sealed class LoadRun
{
    // What is under way at the end still gets this long to be answered.
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FillPatience = TimeSpan.FromSeconds(5);
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
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var load = new FillLoad(_plan.Keys);
        var filling = Task.WhenAll(_connections.Select(connection => Task.Run(() => connection.RunAsync(load, () => long.MaxValue, end.Token), default)));
        var (before, since) = (0, Stopwatch.GetTimestamp());
        while (await Task.WhenAny(filling, Task.Delay(Redraw, cancellationToken)) != filling && !cancellationToken.IsCancellationRequested)
        {
            _progress.Say($"writing keys to be read: {load.Acknowledged} of {_plan.Keys}");
            if (load.Acknowledged > before) (before, since) = (load.Acknowledged, Stopwatch.GetTimestamp());
            if (Stopwatch.GetElapsedTime(since) < FillPatience) continue;
            load.End();
            await end.CancelAsync();
        }

        await filling;
        cancellationToken.ThrowIfCancellationRequested();
        if (load.Acknowledged == _plan.Keys) return;
        var reason = Total().Reasons is [var most, ..] ? most.Key : "no answer came";
        throw new CommandFailedException(
            ExitCode.NoQuorum,
            $"{load.Acknowledged} of {_plan.Keys} keys could be written beforehand, and then none for {FillPatience.TotalSeconds} s: {reason}. Check with `actorquorum status`, and --endpoints.");
    }

    private async Task<LoadResult> MeasureAsync(CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource();
        var load = new RandomLoad(_plan.Keys, _plan.ReadShare);
        var running = Task.WhenAll(_connections.Select(
            connection => Task.Run(() => connection.RunAsync(load, () => Volatile.Read(ref _measureFrom), end.Token), default)));
        await WatchAsync("warming up", _plan.Warmup, cancellationToken);
        var from = Stopwatch.GetTimestamp();
        foreach (var connection in _connections) connection.Recount();
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
