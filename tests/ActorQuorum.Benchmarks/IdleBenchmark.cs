namespace ActorQuorum.Benchmarks;

/// <summary>What a cluster costs that nobody asks anything.</summary>
internal static class IdleBenchmark
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    public static async Task RunAsync()
    {
        foreach (var cluster in (ThreeProcesses[])[new QuorumProcesses(), new EtcdProcesses()])
        {
            using (cluster)
            {
                await cluster.StartAsync();
                var leader = await cluster.LeaderAsync();
                await Task.Delay(Settle);
                TimeSpan[] before = [.. cluster.Processes.Select(process => process!.ProcessorTime)];
                await Task.Delay(Duration);
                for (var i = 0; i < before.Length; i++)
                {
                    var share = (cluster.Processes[i]!.ProcessorTime - before[i]) / Duration * 100;
                    Report.Line($"idle, {cluster.Name}, {(i == leader ? "leader" : "follower")}: {share:0.00} % of a core, {cluster.Processes[i]!.MemoryBytes / 1e6:0} MB");
                }
            }
        }
    }
}
