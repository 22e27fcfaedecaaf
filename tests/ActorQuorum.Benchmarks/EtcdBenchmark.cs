using ActorQuorum.Cli.Bench;
using ActorQuorum.Cli.Keys;

namespace ActorQuorum.Benchmarks;

/// <summary>etcd and ActorQuorum in turns, on one machine and by one client, so that what else runs there strikes both.</summary>
internal static class EtcdBenchmark
{
    private const int ValueBytes = 100;
    private const int Keys = 10_000;

    // Both alike; a JIT needs some seconds under load until its code is the one that runs from then on.
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);

    private static readonly (string Kind, int Clients)[] Loads = [("put", 1), ("put", 64), ("put", 256), ("get", 1), ("get", 64), ("get", 256)];

    public static async Task RunAsync(int rounds, string? only = null)
    {
        Report.Line($"etcd and ActorQuorum, three processes each, in turns; {ValueBytes}-byte values, {rounds} rounds of {Duration.TotalSeconds} s after {Warmup.TotalSeconds} s of warming up; medians, each round in brackets");
        Report.Line($"| load | clients | etcd /s | ActorQuorum /s | ratio of each round | median ratio | etcd p99 ms | ActorQuorum p99 ms |");
        Report.Line($"| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (kind, clients) in Loads.Where(load => only is null || load.Kind == only))
        {
            var (etcd, own) = (new List<LoadResult>(), new List<LoadResult>());
            for (var round = 0; round < rounds; round++)
            {
                etcd.Add(await MeasureAsync(new EtcdProcesses(), kind, clients));
                own.Add(await MeasureAsync(new QuorumProcesses(), kind, clients));
            }

            double[] ratios = [.. etcd.Zip(own, (theirs, ours) => Rate(ours) / Rate(theirs))];
            Report.Line($"| {kind} | {clients} | {Rates(etcd)} | {Rates(own)} | {Report.Join(ratios, "0.00")} | {Report.Median(ratios):0.00} | {Tails(etcd)} | {Tails(own)} |");
        }
    }

    private static async Task<LoadResult> MeasureAsync(ThreeProcesses cluster, string kind, int clients)
    {
        using (cluster)
        {
            await cluster.StartAsync();
            var result = await new LoadRun(
                new()
                {
                    Kind = kind,
                    Endpoints = cluster.Endpoints,
                    Keyspace = Keyspace.Default,
                    Clients = clients,
                    Connections = Math.Min(clients, 64),
                    Warmup = Warmup,
                    Duration = Duration,
                    ValueBytes = ValueBytes,
                    Keys = Keys,
                    ReadShare = kind == "get" ? 1 : 0,
                    IsSerializable = false,
                },
                new(TextWriter.Null, isShown: false)).RunAsync(default);
            if (result.Counts.Errors > 0) Report.Line($"{cluster.Name}: {result.Counts.Errors} errors, first {result.Counts.Reasons[0].Key}");
            return result;
        }
    }

    private static double Rate(LoadResult result) => result.Counts.All().Count / result.Elapsed.TotalSeconds;

    private static string Rates(List<LoadResult> results) => $"{Report.Join([Report.Median(results.Select(Rate))], "0")} ({Report.Join(results.Select(Rate), "0")})";

    private static string Tails(List<LoadResult> results)
    {
        double[] tails = [.. results.Select(result => result.Counts.All().Percentile(0.99) / 1000.0)];
        return $"{Report.Join([Report.Median(tails)], "0.0")} ({Report.Join(tails, "0.0")})";
    }
}
