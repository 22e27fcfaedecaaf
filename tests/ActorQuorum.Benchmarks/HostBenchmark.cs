#if WITH_AKKA
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorQuorum.Akka;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Benchmarks;

/// <summary>Three nodes in this process, on the mailbox host over TCP and on the Akka host over Akka.Remote, both with fsync and default timeouts.</summary>
internal static class HostBenchmark
{
    private const int Callers = 64;
    private const int Rounds = 3;
    private const int Kills = 20;
    private const int ValueBytes = 100;
    private const int Keys = 100_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(5);
    private static readonly Config Quiet = ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, loggers = [] }");

    /// <summary>Puts a second on both hosts, in turns.</summary>
    public static async Task Put()
    {
        var ratios = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var mailbox = await PutsASecond(StartOnMailboxes);
            var akka = await PutsASecond(StartOnAkka);
            ratios.Add(akka / mailbox);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"put: mailbox host {mailbox:F0}/s, Akka host {akka:F0}/s, ratio {akka / mailbox:F2}"));
        }

        ratios.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"put: median ratio {ratios[Rounds / 2]:F2} (goal: 0.5 at least)"));
    }

    /// <summary>From the end of the leader's system to the first put that a survivor acknowledges.</summary>
    public static async Task Failover()
    {
        var directory = NewDirectory();
        var members = Members();
        var nodes = new List<Member>();
        foreach (var member in members) nodes.Add(await StartOnAkka(directory, member, members));
        var gaps = new List<double>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var leader = await Leader(nodes);
            await leader.Node.ProposeAsync(StoredText.Put("before", $"{kill}"));
            var clock = Stopwatch.StartNew();
            ((ExtendedActorSystem)leader.System!).Abort();
            nodes.Remove(leader);
            await Acknowledged(nodes[0].Node, $"{kill}");
            gaps.Add(clock.Elapsed.TotalSeconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {kill + 1}: {gaps[^1]:F3} s"));
            await leader.StopAsync();
            nodes.Add(await StartOnAkka(directory, leader.Options, members));
            await CaughtUp(nodes);
        }

        foreach (var node in nodes) await node.StopAsync();
        Directory.Delete(directory, recursive: true);
        gaps.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"failover over Akka.Remote: {Kills} kills, least {gaps[0]:F3} s, median {gaps[Kills / 2]:F3} s, 95th percentile {gaps[Kills * 95 / 100 - 1]:F3} s, most {gaps[^1]:F3} s"));
    }

    private static async Task<double> PutsASecond(Func<string, MemberOptions, MemberOptions[], Task<Member>> start)
    {
        var directory = NewDirectory();
        var members = Members();
        var nodes = new List<Member>();
        foreach (var member in members) nodes.Add(await start(directory, member, members));
        await Leader(nodes);
        var value = new string('x', ValueBytes);
        var done = 0L;
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            var node = nodes[caller % nodes.Count].Node;
            while (!stop.IsCancellationRequested)
            {
                await node.ProposeAsync(StoredText.Put($"key-{random.Next(Keys)}", value));
                Interlocked.Increment(ref done);
            }
        })).ToArray();
        await Task.Delay(WarmUp);
        var before = Interlocked.Read(ref done);
        var clock = Stopwatch.StartNew();
        await Task.Delay(Measured);
        var rate = (Interlocked.Read(ref done) - before) / clock.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        foreach (var node in nodes) await node.StopAsync();
        Directory.Delete(directory, recursive: true);
        return rate;
    }

    private static async Task<Member> Leader(List<Member> nodes)
    {
        while (true)
        {
            await Acknowledged(nodes[0].Node, "leader?");
            if (nodes.SingleOrDefault(node => node.Node.Status.Role == Role.Leader) is { } leader) return leader;
        }
    }

    private static async Task Acknowledged(QuorumNode node, string value)
    {
        while (true)
        {
            try
            {
                await node.ProposeAsync(StoredText.Put("acknowledged", value));
                return;
            }
            catch (QuorumException)
            {
                // Not yet.
            }
        }
    }

    private static async Task CaughtUp(List<Member> nodes)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (nodes.Select(node => node.Node.Status).Any(status => status.Leader.IsNone || !status.IsProven)
            || nodes.Min(node => node.Node.Status.AppliedIndex) < nodes.Max(node => node.Node.Status.CommitIndex))
            await look.WaitForNextTickAsync();
    }

    private static async Task<Member> StartOnMailboxes(string directory, MemberOptions self, MemberOptions[] members) =>
        new(self, null, await QuorumNode.StartAsync(OptionsOf(directory, self, members), NullLoggerFactory.Instance));

    private static async Task<Member> StartOnAkka(string directory, MemberOptions self, MemberOptions[] members)
    {
        var config = QuorumConfig.Of(OptionsOf(directory, self, members), Quiet);
        var system = ActorSystem.Create("benchmark", config.System);
        return new(self, system, await system.StartQuorum(config, NullLoggerFactory.Instance));
    }

    private static NodeOptions OptionsOf(string directory, MemberOptions self, MemberOptions[] members) =>
        new() { Name = self.Name, DataDirectory = Path.Combine(directory, self.Name), ClusterName = "benchmark", Members = members };

    private static MemberOptions[] Members() => [.. Enumerable.Range(1, 3).Select(i => new MemberOptions($"n{i}", FreeAddress(), "127.0.0.1:1"))];

    private static string NewDirectory() => Path.Combine(AppContext.BaseDirectory, "benchmark", Guid.NewGuid().ToString("n"));

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }

    private sealed record Member(MemberOptions Options, ActorSystem? System, QuorumNode Node)
    {
        public async Task StopAsync()
        {
            await Node.StopAsync();
            if (System is not null) await System.Terminate();
        }
    }
}
#endif
