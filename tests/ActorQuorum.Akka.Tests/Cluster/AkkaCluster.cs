using System.Net;
using System.Net.Sockets;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;
using Akka.Actor;
using Akka.Configuration;

namespace ActorQuorum.Akka.Tests.Cluster;

/// <summary>A member: its actor system and the node in it.</summary>
internal sealed record AkkaMember(ActorSystem System, QuorumNode Node)
{
    public string Name => Node.Status.Self.Name;

    public bool Leads => Node.Status.Role == Role.Leader;

    /// <summary>Ends without a word to the others, as far as that can be within a process.</summary>
    public async Task KillAsync()
    {
        ((ExtendedActorSystem)System).Abort();
        await System.WhenTerminated.InTime();
    }
}

/// <summary>Actor systems of this process that form a quorum over Akka.Remote on loopback, with their disks.</summary>
internal sealed class AkkaCluster : IAsyncDisposable
{
    private readonly string _directory = Path.Combine(AppContext.BaseDirectory, "nodes", Guid.NewGuid().ToString("n"));
    private readonly List<ActorSystem> _systems = [];

    public AkkaCluster(int count) => Members = [.. Enumerable.Range(1, count).Select(i => new MemberOptions($"n{i}", FreeAddress(), "127.0.0.1:1"))];

    public IReadOnlyList<MemberOptions> Members { get; init; }

    public string ClusterName { get; init; } = "test";

    public string SystemName { get; init; } = "shop";

    public LimitOptions Limits { get; init; } = new();

    /// <summary>Settings of every system, over those that a quorum needs.</summary>
    public string SystemSettings { get; set; } = "akka.loglevel = OFF, akka.stdout-loglevel = OFF, akka.loggers = []";

    public async Task<AkkaMember[]> StartAsync()
    {
        var members = new List<AkkaMember>();
        foreach (var member in Members) members.Add(await StartAsync(member.Name));
        return [.. members];
    }

    public async Task<AkkaMember> StartAsync(string name, string settings = "")
    {
        var system = CreateSystem(name, settings);
        return new(system, await system.StartQuorum(ConfigOf(name, settings)));
    }

    public ActorSystem CreateSystem(string name, string settings = "")
    {
        var system = ActorSystem.Create(SystemName, ConfigOf(name, settings).System);
        _systems.Add(system);
        return system;
    }

    public QuorumConfig ConfigOf(string name, string settings = "") => QuorumConfig.Of(
        OptionsOf(name), ConfigurationFactory.ParseString(settings).WithFallback(ConfigurationFactory.ParseString(SystemSettings)));

    public NodeOptions OptionsOf(string name) => new()
    {
        Name = name,
        DataDirectory = Path.Combine(_directory, name),
        ClusterName = ClusterName,
        Members = Members,
        Limits = Limits,
    };

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_systems.Select(system => system.Terminate())).InTime();
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }

    public static async Task<AkkaMember> LeaderOf(IReadOnlyCollection<AkkaMember> members)
    {
        AkkaMember? leader = null;
        await Eventually.ShouldBeAsync(
            () =>
            {
                var term = members.Max(member => member.Node.Status.Term);
                leader = members.SingleOrDefault(member => member.Leads && member.Node.Status.Term == term);
                return leader is not null && members.All(member => member.Node.Status.Leader == leader.Node.Status.Self.Id);
            },
            "one leads and the others follow it");
        return leader!;
    }

    public static async Task PutAsync(AkkaMember member, string key, string value) =>
        (await member.Node.ProposeAsync(StoredText.Put(key, value)).InTime()).IsSuccess.ShouldBeTrue();

    public static async Task<string?> GetAsync(AkkaMember member, string key) =>
        StoredText.ValueOf(await member.Node.QueryAsync(StoredText.Get(key), Consistency.Linearizable).InTime());

    public static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }
}
