using System.Diagnostics;
using ActorQuorum.Configuration;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Benchmarks;

/// <summary>A node of one with a long log: from its start until it has answered a linearizable read, so all is read back and applied.</summary>
internal static class RestartBenchmark
{
    private const int BasePort = 23_500;
    private const int Callers = 512;
    private const int Rounds = 3;

    public static async Task RunAsync(int entries)
    {
        using var files = new Workspace();
        var options = new NodeOptions
        {
            Name = "n1", DataDirectory = Path.Combine(files.Path, "n1"), ClusterName = "bench",
            Members = [new("n1", $"127.0.0.1:{BasePort + 1}", $"127.0.0.1:{BasePort + 11}")],
        };
        await FillAsync(options, entries);
        var seconds = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            await using var node = await QuorumNode.StartAsync(options, NullLoggerFactory.Instance);
            await node.QueryAsync(
                Command.Encode(CommandKind.Range, new RangeRequest { Key = ByteString.CopyFromUtf8(KeyOf(entries - 1)) }), Consistency.Linearizable);
            seconds.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        Report.Line($"restart on {entries} entries of 100 bytes: median {Report.Median(seconds):0.00} s ({Report.Join(seconds, "0.00")})");
    }

    private static async Task FillAsync(NodeOptions options, int entries)
    {
        await using var node = await QuorumNode.StartAsync(options, NullLoggerFactory.Instance);
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
