using System.Collections.Concurrent;
using System.Diagnostics;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Tests.FrontDoor;

/// <summary>A network that loses what it is told to.</summary>
internal sealed class CuttableFrames(IFrameTransport inner, Func<MemberId, bool> isCut) : IFrameTransport
{
    public Task StartAsync(IFrameReceiver receiver, CancellationToken cancellationToken) => inner.StartAsync(receiver, cancellationToken);

    public void Connect(MemberId member, string address) => inner.Connect(member, address);

    public void Disconnect(MemberId member) => inner.Disconnect(member);

    public bool Send(MemberId to, FrameLane lane, ReadOnlyMemory<byte> frame) => !isCut(to) && inner.Send(to, lane, frame);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>Nodes of one cluster in this process, in memory, over the in-memory network of the samples.</summary>
internal sealed class OwnCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(45);

    private readonly MemberOptions[] _members;
    private readonly Dictionary<string, QuorumNode> _nodes = [];
    private readonly ConcurrentDictionary<(MemberId From, MemberId To), bool> _cuts = new();

    public OwnCluster(int count) => _members = [.. Enumerable.Range(1, count).Select(i => new MemberOptions($"n{i}", $"n{i}:1", $"n{i}:2"))];

    private InMemoryNetwork Network { get; } = new();

    public IEnumerable<QuorumNode> Nodes => _nodes.Values;

    public QuorumNode this[string name] => _nodes[name];

    public static async Task<OwnCluster> StartAsync(int count, Action<QuorumBuilder>? configure = null)
    {
        var cluster = new OwnCluster(count);
        foreach (var member in cluster._members) await cluster.StartAsync(member.Name, configure);
        return cluster;
    }

    public NodeOptions Options(string name) => new()
    {
        Name = name, ClusterName = "own", Members = _members, Storage = StorageKind.Memory, DataDirectory = "",
        Limits = new() { RequestTimeout = TimeSpan.FromSeconds(30) },
    };

    public async Task<QuorumNode> StartAsync(
        string name, Action<QuorumBuilder>? configure = null, Func<NodeOptions, NodeOptions>? change = null, ILoggerFactory? loggers = null)
    {
        var options = Options(name);
        return _nodes[name] = await QuorumNode.StartAsync(
            change?.Invoke(options) ?? options,
            builder =>
            {
                builder.UseTransport(context => new CuttableFrames(Network.Join(context), to => _cuts.ContainsKey((context.Self, to))));
                configure?.Invoke(builder);
            },
            loggers);
    }

    /// <summary>Starts a node that was attached, as its small file would: it knows itself, and is told the cluster by a member.</summary>
    public Task<QuorumNode> JoinAsync(string name, QuorumNode told, IReadOnlyList<MemberInfo> members)
    {
        var alone = Options("n1") with { Name = name, Members = [new($"{name}", $"{name}:1", $"{name}:2")] };
        return StartAsync(name, change: _ => alone with { Join = ClusterJoin.Find(alone, told.Status.ClusterId, members) });
    }

    /// <summary>The one that leads, once all agree on it.</summary>
    public async Task<QuorumNode> LeaderAsync(params IEnumerable<QuorumNode> among)
    {
        QuorumNode[] asked = among.Any() ? [.. among] : [.. Nodes];
        var clock = Stopwatch.StartNew();
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            var names = asked.Select(node => node.Leader?.Name).Distinct().ToArray();
            if (names is [{ } name] && asked.FirstOrDefault(node => node.Status.Self.Name == name) is { Role: Role.Leader } leader) return leader;
            clock.Elapsed.ShouldBeLessThan(s_patience);
            await look.WaitForNextTickAsync();
        }
    }

    /// <summary>From now on nothing goes from one to the other.</summary>
    public void Cut(QuorumNode from, QuorumNode to) => _cuts[(from.Status.Self.Id, to.Status.Self.Id)] = true;

    /// <summary>What goes from one to the other arrives again.</summary>
    public void Heal(QuorumNode from, QuorumNode to) => _cuts.TryRemove((from.Status.Self.Id, to.Status.Self.Id), out _);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
    }
}
