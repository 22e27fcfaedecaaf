using System.Collections.Concurrent;
using System.Diagnostics;
using ActorQuorum.Cli.Bench;
using ActorQuorum.Cli.Client;
using ActorQuorum.Cli.Keys;
using ActorQuorum.Server.Etcd.Wire;

namespace ActorQuorum.Benchmarks;

/// <summary>A fourth node comes to a cluster of three that holds much and is written to: from its being added until it votes, and what the writers notice.</summary>
internal static class JoinBenchmark
{
    private const int PerSecond = 1_000;
    private const int Fillers = 256;
    private const int FillConnections = 24;

    // No snapshot is due, so the newcomer gets each entry from the log.
    private const string WholeLog = "actorquorum.snapshot { entries = 100000000, size = 1TiB, trailing-entries = 100000000 }\n";
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan JoinPatience = TimeSpan.FromSeconds(120);

    public static async Task RunAsync(int entries, int seconds)
    {
        await RunAsync(entries, seconds, "log");
        await RunAsync(entries, seconds, "snapshot");
    }

    /// <param name="entries">How many puts are in the way of the newcomer.</param>
    /// <param name="seconds">How long the control run takes, and the one with the join at least.</param>
    /// <param name="from">"log": it gets all of them from the log; "snapshot": default settings, so that most of them stand in a snapshot.</param>
    public static async Task RunAsync(int entries, int seconds, string from)
    {
        using var cluster = new QuorumProcesses(from == "log" ? WholeLog : "");
        await cluster.StartAsync();
        var began = Stopwatch.GetTimestamp();
        await FillAsync(cluster.Endpoints, entries);
        Report.Line($"join from {from}: filled with {entries} entries of 100 bytes in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");

        using var load = new OpenLoop(cluster.Endpoints, PerSecond);
        await load.WhileAsync(Task.Delay(Warmup));
        var control = await load.WhileAsync(Task.Delay(TimeSpan.FromSeconds(seconds)));
        Print("control", control);
        using var watch = new JoinWatch();
        var joined = await load.WhileAsync(Task.WhenAll(JoinAsync(cluster, watch), Task.Delay(TimeSpan.FromSeconds(seconds))));
        var until = joined.Until(watch.Votes);
        Print("the same with the join", joined);
        Print("of these until it votes", until);
        Report.Line($"join from {from}: votes {watch.Votes.TotalSeconds:0.00} s after it was added (goal 60 s)");
        Report.Line($"join from {from}: p99 {joined.P99 / control.P99:0.00} times the control's (goal 2), p50 {joined.P50 / control.P50:0.00} times; until it votes {until.P99 / control.P99:0.00} and {until.P50 / control.P50:0.00} times");
        foreach (var line in watch.Lines) Report.Line($"  {line}");
    }

    private static void Print(string name, OpenLoopResult result)
    {
        Report.Line($"  {name}: {result.Puts.Length} puts, p50 {result.P50:0.00} ms, p99 {result.P99:0.0} ms, max {result.Max:0.0} ms, {result.Errors} errors");
        if (result.FirstError is { } error) Report.Line($"    {error}");
    }

    private static async Task FillAsync(string[] endpoints, int entries)
    {
        var plan = new LoadPlan
        {
            Kind = "put", Endpoints = endpoints, Keyspace = Keyspace.Default, Clients = Fillers, Connections = FillConnections, Warmup = default,
            Duration = default, ValueBytes = 100, Keys = entries, ReadShare = 0, IsSerializable = false,
        };
        LoadTarget[] targets = [.. endpoints.Select(address => new LoadTarget(address, plan))];
        var load = new FillLoad(entries);
        await Task.WhenAll(Enumerable.Range(0, FillConnections).Select(async number =>
        {
            var connection = new LoadConnection(targets, number, (Fillers + FillConnections - 1) / FillConnections);
            await Task.Run(() => connection.RunAsync(load, () => long.MaxValue, default));
            connection.Close();
        }));
        if (load.Acknowledged < entries) throw new InvalidOperationException($"{load.Acknowledged} of {entries} entries were written");
    }

    private static async Task JoinAsync(QuorumProcesses cluster, JoinWatch watch)
    {
        var (peer, client) = QuorumProcesses.Fourth;
        using var endpoint = new Endpoint(cluster.Endpoints[0]);
        watch.Begin();
        await endpoint.CallAsync(
            "/etcdserverpb.Cluster/MemberAdd",
            new MemberAddRequest { Name = "n4", PeerURLs = { "http://" + peer }, ClientURL = "http://" + client },
            MemberAddResponse.Parser, CallPatience, default);
        watch.Note("added");
        watch.Process = cluster.Join(watch.Note);
        while (true)
        {
            await Task.Delay(Poll);
            var answer = await endpoint.CallAsync("/etcdserverpb.Cluster/MemberList", new MemberListRequest(), MemberListResponse.Parser, CallPatience, default);
            if (answer.Members.Single(member => member.Name == "n4") is { IsLearner: false }) break;
            if (watch.Elapsed > JoinPatience) throw new TimeoutException($"not promoted after {JoinPatience}: {string.Join('\n', watch.Lines)}");
        }

        watch.Voting();
    }

    /// <summary>The newcomer's process, and what it says when.</summary>
    private sealed class JoinWatch : IDisposable
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private long _began;

        public OwnProcess? Process { get; set; }

        public TimeSpan Votes { get; private set; }

        public IEnumerable<string> Lines => _lines;

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

        public void Begin() => _began = Stopwatch.GetTimestamp();

        public void Note(string line) => _lines.Enqueue(FormattableString.Invariant($"{Elapsed.TotalSeconds:00.00} s: {line}"));

        public void Voting() => Votes = Elapsed;

        public void Dispose() => Process?.Dispose();
    }
}
