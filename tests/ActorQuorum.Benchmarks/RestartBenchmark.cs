using System.Diagnostics;
using ActorQuorum.Configuration;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Benchmarks;

/// <summary>
/// A node of one with a long log, and then with a snapshot in place of most of it: from its start until it has answered a linearizable read, so all
/// is read back and applied.
/// </summary>
internal static class RestartBenchmark
{
    private const int BasePort = 23_500;
    private const int Callers = 512;
    private const int Rounds = 3;
    private const int BehindSnapshot = 100_000;

    public static async Task RunAsync(int entries)
    {
        using var files = new Workspace();
        var options = new NodeOptions
        {
            Name = "n1", DataDirectory = Path.Combine(files.Path, "n1"), ClusterName = "bench",
            Members = [new("n1", $"127.0.0.1:{BasePort + 1}", $"127.0.0.1:{BasePort + 11}")],

            // Taken when this asks for one, and else never.
            Snapshot = new() { Entries = int.MaxValue, SizeBytes = long.MaxValue, TrailingEntries = 0 },
        };
        await FillAsync(options, entries);
        await MeasureAsync(options, entries, $"{entries} entries of 100 bytes");
        await FillAsync(options, BehindSnapshot, withSnapshot: true);
        await MeasureAsync(options, BehindSnapshot, $"a snapshot of {Math.Min(entries, 100_000)} keys and {BehindSnapshot} entries");
    }

    private static async Task MeasureAsync(NodeOptions options, int entries, string what)
    {
        var seconds = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            await using var node = await QuorumNode.StartAsync(options, NullLoggerFactory.Instance);
            await node.QueryAsync(
                Command.Encode(CommandKind.Range, new RangeRequest { Key = ByteString.CopyFromUtf8(KeyOf(entries - 1)) }), Consistency.Linearizable);
            seconds.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        Report.Line($"restart on {what}: median {Report.Median(seconds):0.00} s ({Report.Join(seconds, "0.00")})");
    }

    private static async Task FillAsync(NodeOptions options, int entries, bool withSnapshot = false)
    {
        await using var node = await QuorumNode.StartAsync(options, NullLoggerFactory.Instance);
        if (withSnapshot)
        {
            await node.QueryAsync(Command.Encode(CommandKind.Range, new RangeRequest { Key = ByteString.CopyFromUtf8("k") }), Consistency.Linearizable);
            (await ((ISnapshotNode)node).ExportAsync(default)).Dispose();
        }

        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            var value = ByteString.CopyFrom(new byte[100]);
            while (Interlocked.Increment(ref next) is var number && number < entries)
                await node.ProposeAsync(Command.Encode(CommandKind.Put, new PutRequest { Key = ByteString.CopyFromUtf8(KeyOf(number)), Value = value }));
        })));
    }

    private static string KeyOf(int number) => FormattableString.Invariant($"key{number % 100_000:d6}");
}
