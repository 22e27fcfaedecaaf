using System.Diagnostics;
using ActorQuorum.Configuration;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Benchmarks;

/// <summary>
/// Three nodes in one process with a large state, under a steady load of small puts: what a snapshot of the leader's costs in elections, in lateness of
/// timers and in memory. The control is the same load for as long without one.
/// </summary>
internal static class SnapshotBenchmark
{
    private const int BasePort = 24_300;
    private const int ValueBytes = 64 << 10;
    private const int Fillers = 64;
    private const int PutsPerSecond = 1000;
    private static readonly TimeSpan s_control = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(int mebibytes)
    {
        using var files = new Workspace();
        var members = Enumerable.Range(1, 3).Select(i => new MemberOptions($"n{i}", $"127.0.0.1:{BasePort + i}", $"127.0.0.1:{BasePort + 10 + i}")).ToArray();
        var nodes = new List<QuorumNode>();
        try
        {
            foreach (var member in members)
            {
                // Snapshots are taken when this asks for one, and else never.
                nodes.Add(await QuorumNode.StartAsync(new()
                {
                    Name = member.Name, DataDirectory = Path.Combine(files.Path, member.Name), ClusterName = "bench", Members = members,
                    Snapshot = new() { Entries = int.MaxValue, SizeBytes = long.MaxValue, TrailingEntries = 1000 },
                }, NullLoggerFactory.Instance));
            }

            await FillAsync(nodes[0], mebibytes);
            await MeasureAsync(nodes, mebibytes);
        }
        finally
        {
            foreach (var node in nodes) await node.DisposeAsync();
        }
    }

    private static async Task MeasureAsync(List<QuorumNode> nodes, int mebibytes)
    {
        var leader = nodes.First(node => node.Status.Role == Core.Raft.Role.Leader);
        var term = leader.Status.Term;
        using var stop = new CancellationTokenSource();
        var load = LoadAsync(leader, stop.Token);
        using var control = new Probe();
        await Task.Delay(s_control);
        var calm = control.Take();

        // The first gives back the log before it; the second is one of a node that has taken one before.
        for (var round = 1; round <= 2; round++)
        {
            GC.Collect();
            using var probe = new Probe();
            var began = Stopwatch.GetTimestamp();
            using (var export = await ((ISnapshotNode)leader).ExportAsync(default))
            {
                var took = Stopwatch.GetElapsedTime(began);
                var (late, grown) = probe.Take();
                Report.Line($"snapshot {round} of {mebibytes} MiB: {took.TotalSeconds:0.0} s, {export.SizeBytes / took.TotalSeconds / (1 << 20):0} MiB/s");
                Report.Line($"  elections {nodes.Max(node => node.Status.Term) - term}, latest timer {late.TotalMilliseconds:0} ms (control {calm.Late.TotalMilliseconds:0} ms)");
                Report.Line($"  memory +{grown >> 20} MiB = {100.0 * grown / ((long)mebibytes << 20):0.0} % of the state");
            }
        }

        await stop.CancelAsync();
        var seconds = await load;
        Report.Line($"puts meanwhile: {seconds.Count}, p50 {Report.Median(seconds) * 1000:0.0} ms, p99 {seconds.Order().ElementAt(seconds.Count * 99 / 100) * 1000:0.0} ms");
    }

    private static async Task FillAsync(QuorumNode node, int mebibytes)
    {
        var last = (int)((long)mebibytes * (1 << 20) / ValueBytes);
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Fillers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number < last)
                await node.ProposeAsync(Put(number, new byte[ValueBytes]));
        })));
    }

    private static async Task<List<double>> LoadAsync(QuorumNode node, CancellationToken stop)
    {
        var seconds = new List<double>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var underWay = new List<Task<double>>();
        for (var number = 0; !stop.IsCancellationRequested; await timer.WaitForNextTickAsync(default))
        {
            for (var i = 0; i < PutsPerSecond / 100; i++) underWay.Add(TimeAsync(node, number++ % 1000));
            foreach (var done in underWay.Where(put => put.IsCompleted)) seconds.Add(await done);
            underWay.RemoveAll(put => put.IsCompleted);
        }

        seconds.AddRange(await Task.WhenAll(underWay));
        return seconds;
    }

    private static async Task<double> TimeAsync(QuorumNode node, int number)
    {
        var began = Stopwatch.GetTimestamp();
        await node.ProposeAsync(Put(number, new byte[100], "load"));
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static ReadOnlyMemory<byte> Put(int number, byte[] value, string prefix = "key") => Command.Encode(CommandKind.Put, new PutRequest
    {
        Key = ByteString.CopyFromUtf8(FormattableString.Invariant($"{prefix}{number:d6}")), Value = UnsafeByteOperations.UnsafeWrap(value),
    });

    /// <summary>A timer of the nodes' own period, and what the heap holds beyond its size at the start.</summary>
    private sealed class Probe : IDisposable
    {
        private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(25);
        private readonly Timer _timer;
        private readonly long _heapBytes = GC.GetTotalMemory(forceFullCollection: true);
        private long _last = Stopwatch.GetTimestamp();
        private long _late;
        private long _mostBytes;

        public Probe() => _timer = new(_ => Look(), null, s_period, s_period);

        /// <summary>The most that the timer was late, and that the heap had grown.</summary>
        public (TimeSpan Late, long GrownBytes) Take() => (new(Interlocked.Read(ref _late)), Math.Max(0, Interlocked.Read(ref _mostBytes) - _heapBytes));

        public void Dispose() => _timer.Dispose();

        private void Look()
        {
            var now = Stopwatch.GetTimestamp();
            var late = Stopwatch.GetElapsedTime(Interlocked.Exchange(ref _last, now), now) - s_period;
            if (late.Ticks > Interlocked.Read(ref _late)) Interlocked.Exchange(ref _late, late.Ticks);

            // Of what is not collected yet some is garbage: this is more than is held.
            var bytes = GC.GetTotalMemory(forceFullCollection: false);
            if (bytes > Interlocked.Read(ref _mostBytes)) Interlocked.Exchange(ref _mostBytes, bytes);
        }
    }
}
