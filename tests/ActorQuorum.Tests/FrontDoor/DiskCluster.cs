using System.Net;
using System.Net.Sockets;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Tests.FrontDoor;

/// <summary>Nodes of one cluster in this process that keep what they hold on disk, over TCP on loopback.</summary>
internal sealed class DiskCluster(int count, int members = 0) : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("actorquorum-").FullName;
    private readonly MemberOptions[] _members = [.. Enumerable.Range(1, Math.Max(count, members)).Select(i => new MemberOptions($"n{i}", FreeAddress(), FreeAddress()))];
    private readonly Dictionary<string, QuorumNode> _nodes = [];

    public IEnumerable<QuorumNode> Nodes => _nodes.Values;

    public QuorumNode this[string name] => _nodes[name];

    public static async Task<DiskCluster> StartAsync(int count)
    {
        var cluster = new DiskCluster(count);
        foreach (var member in cluster._members) await cluster.StartAsync(member.Name);
        return cluster;
    }

    public NodeOptions Options(string name) => new()
    {
        Name = name, ClusterName = "disk", Members = _members, DataDirectory = Path.Combine(_root, name),
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
                builder.AddProcessor("note", Note);
                configure?.Invoke(builder);
            },
            loggers);
    }

    public async Task StopAsync(string name)
    {
        await _nodes[name].StopAsync().InTime();
        _nodes.Remove(name);
    }

    /// <summary>The one of these that leads, once all of them agree on it.</summary>
    public async Task<QuorumNode> LeaderAsync(params IEnumerable<QuorumNode> among)
    {
        QuorumNode[] asked = among.Any() ? [.. among] : [.. Nodes];
        QuorumNode? leader = null;
        await Eventually.ShouldBeAsync(
            () => asked.Select(node => node.Leader?.Name).Distinct().ToArray() is [{ } name]
                && (leader = asked.FirstOrDefault(node => node.Status.Self.Name == name)) is { Role: Role.Leader },
            "one leads");
        return leader!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private static Bytes Note(ProcessorTransaction store, Bytes payload)
    {
        store.Put(payload, "noted");
        return payload;
    }

    private static string FreeAddress()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return probe.LocalEndpoint.ToString()!;
    }
}

/// <summary>A transport of nobody else, whose start is the test's to let happen.</summary>
internal sealed class LoneFrames(Func<Task> start) : IFrameTransport
{
    public Task StartAsync(IFrameReceiver receiver, CancellationToken cancellationToken) => start();

    public void Connect(MemberId member, string address)
    {
    }

    public void Disconnect(MemberId member)
    {
    }

    public bool Send(MemberId to, FrameLane lane, ReadOnlyMemory<byte> frame) => false;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
