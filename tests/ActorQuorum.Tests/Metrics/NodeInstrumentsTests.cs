using System.Net;
using System.Net.Sockets;
using ActorQuorum.Configuration;
using ActorQuorum.Metrics;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Tests.Metrics;

/// <summary>Three real nodes in one process, each with a reader of its own, on threads of their own.</summary>
[Trait("Row", "RP-3")]
public sealed class NodeInstrumentsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<QuorumNode> _nodes = [];
    private readonly List<MetricReader> _readers = [];

    public async Task InitializeAsync()
    {
        var members = Enumerable.Range(1, 3).Select(i => new MemberOptions($"n{i}", FreeAddress(), FreeAddress())).ToArray();
        foreach (var member in members)
        {
            _nodes.Add(await QuorumNode.StartAsync(
                new()
                {
                    Name = member.Name, ClusterName = "metrics", Members = members, DataDirectory = "unused",
                    Storage = StorageKind.Memory, Runtime = NodeRuntime.Threads,
                },
                NullLoggerFactory.Instance));
            _readers.Add(new MetricReader(_nodes[^1]));
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        foreach (var reader in _readers) reader.Dispose();
    }

    [Fact]
    public async Task Each_node_tells_of_itself_what_it_did()
    {
        var follower = await FollowerAsync();
        var leader = _nodes.FindIndex(node => node.Status.Self.Id == node.Status.Leader);
        for (var i = 0; i < 10; i++) await _nodes[follower].ProposeAsync(Put($"k{i}"));
        await _nodes[follower].QueryAsync(Count(), Consistency.Linearizable);
        await _nodes[follower].QueryAsync(Count(), Consistency.Serializable);
        await Should.ThrowAsync<QuorumException>(() => _nodes[follower].ProposeAsync(new byte[2 << 20]));

        // The leader's duty is done once; a no-op of each term is committed besides the commands.
        Value(leader, "actorquorum.proposals").ShouldBe(10);
        Value(leader, "actorquorum.requests.received").ShouldBe(11);
        Value(leader, "actorquorum.leader.self").ShouldBe(1);
        Value(leader, "actorquorum.elections.won").ShouldBeGreaterThanOrEqualTo(1);
        Value(leader, "actorquorum.commits").ShouldBeGreaterThanOrEqualTo(11);
        Value(leader, "actorquorum.queries", "linearizable").ShouldBe(1);
        Series(leader, "actorquorum.proposal.duration").Single().Count.ShouldBe(10);
        Series(leader, "actorquorum.log.fsync.duration").Single().Count.ShouldBeGreaterThan(0);
        Series(leader, "actorquorum.log.batch.entries").Single().Sum.ShouldBeGreaterThanOrEqualTo(11);
        Series(leader, "actorquorum.peer.connected").Select(series => series.Value).ShouldBe([1, 1]);
        await UntilAsync(() => Series(leader, "actorquorum.peer.round_trip.duration").Count(series => series.Count > 0) == 2);

        Value(follower, "actorquorum.proposals").ShouldBe(0);
        Value(follower, "actorquorum.requests.forwarded").ShouldBe(11);
        Value(follower, "actorquorum.queries", "serializable").ShouldBe(1);
        Value(follower, "actorquorum.requests.failed", "TooLarge").ShouldBe(1);
        Value(follower, "actorquorum.leader.present").ShouldBe(1);
        Value(follower, "actorquorum.leader.self").ShouldBe(0);
        Value(follower, "actorquorum.requests.pending").ShouldBe(0);
        Series(follower, "actorquorum.mailbox.messages").Select(series => series.Tags[0].Value).ShouldBe(["node", "clock", "election", "storage", "snapshots"]);
        Series(follower, "actorquorum.proposal.duration").ShouldBeEmpty();
        await UntilAsync(() => Value(follower, "actorquorum.applies") >= 11);
        await UntilAsync(() => Value(follower, "actorquorum.apply.lag.entries") == 0);
        Value(follower, "actorquorum.revision").ShouldBe(11);
    }

    [Fact]
    public async Task Every_instrument_is_documented_with_its_unit_and_every_documented_one_is_there()
    {
        await FollowerAsync();
        await _nodes[0].ProposeAsync(Put("k"));
        DocumentedInstruments.Under("## The node").ShouldBe(DocumentedInstruments.Of(_readers[0]));
    }

    [Fact]
    public async Task A_node_that_has_stopped_is_not_told_of()
    {
        await _nodes[0].StopAsync();
        _readers[0].Collect().ShouldBeEmpty();
        _readers[1].Collect().ShouldNotBeEmpty();
    }

    private static ReadOnlyMemory<byte> Put(string key) => Command.Encode(
        CommandKind.Put, new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8("v") });

    private static ReadOnlyMemory<byte> Count() => Command.Encode(CommandKind.Range, new RangeRequest { Key = ByteString.CopyFromUtf8("k"), CountOnly = true });

    private static string FreeAddress()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return probe.LocalEndpoint.ToString()!;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition()) await pace.WaitForNextTickAsync(deadline.Token);
    }

    /// <summary>The index of a node that follows a leader that all follow.</summary>
    private async Task<int> FollowerAsync()
    {
        await UntilAsync(() => _nodes.All(node => !node.Status.Leader.IsNone && node.Status.Leader == _nodes[0].Status.Leader));
        return _nodes.FindIndex(node => node.Status.Self.Id != node.Status.Leader);
    }

    private double Value(int node, string name, string? tag = null) =>
        Series(node, name).Single(series => tag is null || (string?)series.Tags[0].Value == tag).Value;

    private IReadOnlyList<MetricSeriesSnapshot> Series(int node, string name) => _readers[node].Collect().Single(family => family.Name == name).Series;
}
