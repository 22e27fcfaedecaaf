using System.Diagnostics;
using ActorQuorum.Cli.Bench;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Benchmarks;

/// <summary>Three nodes in one process, over loopback TCP, each with its own log on disk: puts that are durable on a majority when they return.</summary>
internal static class InProcessBenchmark
{
    private const int BasePort = 23_400;
    private const int Rounds = 3;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    public static async Task RunAsync()
    {
        foreach (var callers in (int[])[1, 64, 256, 1024])
        {
            var rounds = new List<(double Rate, double P50, double P99, double AllocatedBytes)>();
            for (var round = 0; round < Rounds; round++) rounds.Add(await MeasureAsync(callers));
            Report.Line(
                $"in process, {callers} callers: median {Report.Median(rounds.Select(round => round.Rate)):0} puts a second ({Report.Join(rounds.Select(round => round.Rate), "0")}), p50 {Report.Median(rounds.Select(round => round.P50)):0.00} ms, p99 {Report.Median(rounds.Select(round => round.P99)):0.00} ms, {Report.Median(rounds.Select(round => round.AllocatedBytes)):0} bytes allocated a put on all three");
        }
    }

    private static async Task<(double Rate, double P50, double P99, double AllocatedBytes)> MeasureAsync(int callers)
    {
        using var files = new Workspace();
        MemberOptions[] members = [.. Enumerable.Range(1, 3).Select(i => new MemberOptions($"n{i}", $"127.0.0.1:{BasePort + i}", $"127.0.0.1:{BasePort + 10 + i}"))];
        var nodes = await Task.WhenAll(members.Select(member => QuorumNode.StartAsync(
            new() { Name = member.Name, DataDirectory = Path.Combine(files.Path, member.Name), ClusterName = "bench", Members = members }, NullLoggerFactory.Instance)));
        try
        {
            while (!nodes.Any(node => node.Status is { Role: Role.Leader, CommitIndex: > 0 })) await Task.Delay(10);
            return await LoadAsync(nodes.First(node => node.Status.Role == Role.Leader), callers);
        }
        finally
        {
            foreach (var node in nodes) await node.StopAsync();
        }
    }

    private static async Task<(double Rate, double P50, double P99, double AllocatedBytes)> LoadAsync(QuorumNode leader, int callers)
    {
        var measuring = false;
        var over = false;
        var latencies = Enumerable.Range(0, callers).Select(_ => new LatencyHistogram()).ToArray();
        var running = Task.WhenAll(latencies.Select((histogram, caller) => Task.Run(() => CallAsync(histogram, caller))));
        await Task.Delay(Warmup);
        var allocated = GC.GetTotalAllocatedBytes();
        var from = Stopwatch.GetTimestamp();
        Volatile.Write(ref measuring, true);
        await Task.Delay(Duration);
        Volatile.Write(ref measuring, false);
        var elapsed = Stopwatch.GetElapsedTime(from);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        Volatile.Write(ref over, true);
        await running;
        var all = new LatencyHistogram();
        foreach (var histogram in latencies) all.Add(histogram);
        return (all.Count / elapsed.TotalSeconds, all.Percentile(0.5) / 1000.0, all.Percentile(0.99) / 1000.0, (double)allocated / Math.Max(1, all.Count));

        async Task CallAsync(LatencyHistogram histogram, int caller)
        {
            var random = new Random(caller);
            var value = ByteString.CopyFrom(new byte[100]);
            while (!Volatile.Read(ref over))
            {
                var command = Command.Encode(CommandKind.Put, new PutRequest { Key = ByteString.CopyFromUtf8($"key{random.Next(10_000):d5}"), Value = value });
                var began = Stopwatch.GetTimestamp();
                await leader.ProposeAsync(command);
                if (Volatile.Read(ref measuring)) histogram.Record((long)Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            }
        }
    }
}
