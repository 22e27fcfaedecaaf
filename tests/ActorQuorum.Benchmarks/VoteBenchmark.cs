namespace ActorQuorum.Benchmarks;

/// <summary>
/// The constant election between three processes: until one is master after a start, after its master was killed, and after it dispatched. Times
/// run until the last of the nodes concerned has logged who its master is.
/// </summary>
internal static class VoteBenchmark
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleSettle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleDuration = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(int rounds)
    {
        var (starts, kills, dispatches) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            using var network = new VotingProcesses();
            starts.Add(await StartAsync(network));
            kills.Add(await EndMasterAsync(network, static (node, at) => node.Kill(at)));
            await ComeBackAsync(network);
            dispatches.Add(await EndMasterAsync(network, static (node, at) => node.Dispatch(at)));
        }

        Print("vote, three started together, one master after the end of the first one's discovery window", starts);
        Print("vote, master killed, next master known to both others", kills);
        Print("vote, master dispatched, next master known to both others", dispatches);
        await IdleAsync();
    }

    private static void Print(string what, List<double> seconds) => Report.Line(
        $"{what}: median {Report.Median(seconds):0.000} s, p95 {Report.Percentile(seconds, 0.95):0.000} s, max {seconds.Max():0.000} s of {seconds.Count}");

    private static async Task<double> StartAsync(VotingProcesses network)
    {
        foreach (var name in (string[])["A", "B", "C"]) network.Start(name);
        var windowEnds = TimeSpan.MaxValue;
        foreach (var node in network.Running) windowEnds = Least(windowEnds, await node.WhenAsync("listens at") + Window);
        return (await OneMasterAsync(network) - windowEnds).TotalSeconds;
    }

    private static async Task<double> EndMasterAsync(VotingProcesses network, Action<VotingProcess, StopTime> end)
    {
        await Task.Delay(Settle);
        var master = network.Running.Single(node => node.Name == network.Running[0].Master);
        network.Running.Remove(master);
        var at = new StopTime();
        end(master, at);
        return await MasterKnownAsync(network, at.Time, master.Name);
    }

    private static async Task ComeBackAsync(VotingProcesses network)
    {
        var gone = ((string[])["A", "B", "C"]).Single(name => network.Running.All(node => node.Name != name));
        var master = network.Running[0].Master;
        var back = network.Start(gone);
        await back.WhenAsync($"set {master} as new master");
    }

    /// <summary>Since when all have had one master: on a busy machine two formations may have been founded first, and have met.</summary>
    private static async Task<TimeSpan> OneMasterAsync(VotingProcesses network)
    {
        foreach (var node in network.Running) await node.WhenAsync("as new master");
        for (var looks = 0; looks < 1500; looks++)
        {
            (string? Name, TimeSpan At)[] masters = [.. network.Running.Select(node => node.LastSet)];
            if (masters.All(set => set.Name == masters[0].Name)) return masters.Max(set => set.At);
            await Task.Delay(20);
        }

        throw new TimeoutException("the nodes never had one master");
    }

    private static async Task<double> MasterKnownAsync(VotingProcesses network, TimeSpan since, string before)
    {
        var last = TimeSpan.MinValue;
        string? master = null;
        foreach (var node in network.Running)
        {
            var (found, at) = await node.WhenMasterAsync(since, before);
            if ((master ??= found) != found) throw new InvalidOperationException($"{node.Name} has {found} as master, another {master}");
            last = at > last ? at : last;
        }

        return (last - since).TotalSeconds;
    }

    private static async Task IdleAsync()
    {
        using var network = new VotingProcesses();
        await StartAsync(network);
        await Task.Delay(IdleSettle);
        TimeSpan[] before = [.. network.Running.Select(node => node.ProcessorTime)];
        await Task.Delay(IdleDuration);
        for (var i = 0; i < before.Length; i++)
        {
            var node = network.Running[i];
            Report.Line(
                $"vote, idle, {(node.Name == node.Master ? "master" : "slave")}: {(node.ProcessorTime - before[i]) / IdleDuration * 100:0.00} % of a core, {node.MemoryBytes / 1e6:0} MB");
        }
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
