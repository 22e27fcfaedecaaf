using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Tests.Cluster;

/// <summary>Real nodes in this process: real sockets on loopback, real disks, the mailbox host.</summary>
public sealed class QuorumNodeTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _directory = Path.Combine(AppContext.BaseDirectory, "nodes", Guid.NewGuid().ToString("n"));
    private readonly List<QuorumNode> _nodes = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Three_nodes_elect_a_leader_and_any_of_them_takes_writes_and_reads()
    {
        var nodes = await StartCluster(3);
        await Leader(nodes);
        foreach (var node in nodes) (await node.ProposeAsync(Put($"from-{node.Status.Self.Name}", "x"))).IsSuccess.ShouldBeTrue();
        foreach (var node in nodes) (await Count(node, Consistency.Linearizable)).ShouldBe(3);
    }

    [Fact]
    public async Task A_cluster_that_was_stopped_comes_back_with_what_it_held()
    {
        var members = Members(3);
        var nodes = await StartCluster(members);
        await nodes[0].ProposeAsync(Put("a", "1"));
        foreach (var node in nodes) await node.StopAsync();
        _nodes.Clear();
        nodes = await StartCluster(members);
        (await Count(nodes[1], Consistency.Linearizable)).ShouldBe(1);
    }

    [Fact]
    public async Task A_leader_hands_over_and_stops_while_the_others_go_on()
    {
        var nodes = await StartCluster(3);
        var leader = await Leader(nodes);
        await leader.ProposeAsync(Put("a", "1"));
        (await leader.HandOverAsync(TimeSpan.FromSeconds(5))).ShouldBeTrue();
        await leader.StopAsync();
        leader.Completion.Status.ShouldBe(TaskStatus.RanToCompletion);
        var others = nodes.Where(node => node != leader).ToArray();
        (await Leader(others)).ShouldNotBe(leader);
        (await others[0].ProposeAsync(Put("b", "2"))).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    [Trait("Row", "RP-5")]
    public async Task A_node_shows_its_inside_when_asked()
    {
        var nodes = await StartCluster(3);
        var leader = await Leader(nodes);
        await leader.ProposeAsync(Put("a", "1"));

        var seen = await leader.InspectAsync();

        seen.Status.Role.ShouldBe(Role.Leader);
        seen.Vote.ShouldBe(leader.Status.Self.Id);
        seen.FirstIndex.ShouldBe(1);
        seen.LastTerm.ShouldBe(seen.Status.Term);
        seen.Status.AppliedIndex.ShouldBeInRange(2, seen.Status.CommitIndex);
        seen.DurableIndex.ShouldBeInRange(seen.Status.AppliedIndex, seen.Status.LastIndex);
        seen.Followers.Select(follower => follower.Id).Order().ShouldBe(nodes.Where(node => node != leader).Select(node => node.Status.Self.Id).Order());
        seen.Followers.Count(follower => follower.MatchIndex >= seen.Status.CommitIndex).ShouldBePositive();
        seen.Peers.Count.ShouldBe(2);
        seen.Queues.Select(queue => queue.Name).ShouldBe(
        [
            "mailbox node", "mailbox clock", "mailbox election", "mailbox storage", "requests pending", "requests leaderless",
            "disk gathering", "disk writing", "reads behind apply",
        ]);

        var follower = await nodes.First(node => node != leader).InspectAsync();
        follower.Followers.ShouldBeEmpty();
        follower.Status.Leader.ShouldBe(leader.Status.Self.Id);
    }

    [Fact]
    public async Task A_stopped_node_shows_nothing()
    {
        var nodes = await StartCluster(1);
        await nodes[0].StopAsync();
        (await Should.ThrowAsync<QuorumException>(() => nodes[0].InspectAsync())).Error.ShouldBe(QuorumError.Stopped);
    }

    [Fact]
    public async Task A_stopped_node_refuses_requests()
    {
        var nodes = await StartCluster(1);
        await Leader(nodes);
        await nodes[0].StopAsync();
        (await Should.ThrowAsync<QuorumException>(() => nodes[0].ProposeAsync(Put("a", "1")))).Error.ShouldBe(QuorumError.Stopped);
    }

    [Fact]
    public async Task A_request_over_the_limit_is_refused_before_it_is_taken()
    {
        var nodes = await StartCluster(1);
        var tooLarge = new byte[new LimitOptions().RequestSizeBytes + 1];
        (await Should.ThrowAsync<QuorumException>(() => nodes[0].ProposeAsync(tooLarge))).Error.ShouldBe(QuorumError.TooLarge);
    }

    [Fact]
    public async Task Past_the_bound_on_pending_requests_callers_are_told_overloaded()
    {
        var members = Members(3);
        var limits = new LimitOptions { PendingRequests = 2, RequestTimeout = TimeSpan.FromMinutes(1) };
        var alone = await Start(members[0], members, limits);
        using var gone = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 2).Select(i => alone.ProposeAsync(Put($"k{i}", "x"), gone.Token)).ToArray();
        (await Should.ThrowAsync<QuorumException>(() => alone.ProposeAsync(Put("k", "x")))).Error.ShouldBe(QuorumError.Overloaded);
        await gone.CancelAsync();
        foreach (var task in waiting) await Should.ThrowAsync<OperationCanceledException>(() => task);
        var place = alone.ProposeAsync(Put("k", "x"));
        place.IsFaulted.ShouldBeFalse("the places of those that gave up are free again");
        await alone.StopAsync();
        await Should.ThrowAsync<QuorumException>(() => place);
    }

    [Fact]
    public async Task Without_a_leader_a_request_ends_at_its_deadline()
    {
        var members = Members(3);
        var alone = await Start(members[0], members, new() { RequestTimeout = TimeSpan.FromMilliseconds(200) });
        (await Should.ThrowAsync<QuorumException>(() => alone.ProposeAsync(Put("a", "1")))).Error.ShouldBe(QuorumError.NoLeader);
    }

    [Fact]
    public async Task A_second_node_on_the_same_data_directory_is_refused()
    {
        var members = Members(1);
        await Start(members[0], members, new());
        var again = await Should.ThrowAsync<IOException>(() => Start(members[0], members, new()));
        again.Message.ShouldContain("in use by another");
    }

    [Fact]
    public async Task A_busy_peer_port_is_named_and_the_data_directory_let_go()
    {
        var members = Members(1);
        using var other = new TcpListener(IPEndPoint.Parse(members[0].Peer));
        other.Start();
        (await Should.ThrowAsync<IOException>(() => Start(members[0], members, new()))).Message.ShouldContain(members[0].Peer);
        other.Stop();
        await Start(members[0], members, new());
    }

    [Fact]
    public async Task A_node_whose_log_cannot_be_written_tells_its_callers_its_completion_and_nobody_else()
    {
        var members = Members(1);
        var node = await Start(members[0], members, new(), new() { SegmentSizeBytes = 64 << 10 });
        await node.ProposeAsync(Put("a", "1"));
        var log = Path.Combine(_directory, "n1", "log");
        Directory.Move(log, log + "-aside");

        // A segment is full, and there is no place for the next one.
        var large = Put("b", new string('x', 100_000));
        var refused = await Should.ThrowAsync<QuorumException>(async () =>
        {
            for (var i = 0; i < 2; i++) await node.ProposeAsync(large);
        });

        refused.Error.ShouldBe(QuorumError.OutcomeUnknown);
        (await Should.ThrowAsync<IOException>(() => node.Completion)).Message.ShouldContain(log);
        (await Should.ThrowAsync<QuorumException>(() => node.ProposeAsync(large))).Error.ShouldBe(QuorumError.Stopped);
        await node.StopAsync();
        Directory.Move(log + "-aside", log);
        (await Count(await Start(members[0], members, new()), Consistency.Linearizable)).ShouldBeGreaterThan(0);
    }

    private static ReadOnlyMemory<byte> Put(string key, string value) => Command.Encode(
        CommandKind.Put, new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) });

    private static async Task<long> Count(QuorumNode node, Consistency consistency)
    {
        var all = new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) };
        var result = await node.QueryAsync(Command.Encode(CommandKind.Range, all), consistency);
        result.Error.ShouldBeNull();
        return RangeResponse.Parser.ParseFrom(result.Payload.Span).Count;
    }

    /// <summary>A linearizable read needs a leader that has committed in its term, and waits for it.</summary>
    private static async Task<QuorumNode> Leader(QuorumNode[] nodes)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            await Count(nodes[0], Consistency.Linearizable);
            var leaders = nodes.Where(node => node.Status.Role == Role.Leader).ToArray();
            if (leaders.Length == 1) return leaders[0];
            clock.Elapsed.ShouldBeLessThan(Patience);
        }
    }

    private static MemberOptions[] Members(int count) => [.. Enumerable.Range(1, count).Select(i => new MemberOptions($"n{i}", FreeAddress(), "127.0.0.1:1"))];

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }

    private Task<QuorumNode[]> StartCluster(int count) => StartCluster(Members(count));

    private async Task<QuorumNode[]> StartCluster(MemberOptions[] members)
    {
        var nodes = new List<QuorumNode>();
        foreach (var member in members) nodes.Add(await Start(member, members, new()));
        return [.. nodes];
    }

    private async Task<QuorumNode> Start(MemberOptions self, MemberOptions[] members, LimitOptions limits, StorageOptions? log = null)
    {
        var node = await QuorumNode.StartAsync(
            new()
            {
                Name = self.Name,
                DataDirectory = Path.Combine(_directory, self.Name),
                ClusterName = "test",
                Members = members,
                Limits = limits,
                Log = log ?? new(),
            },
            NullLoggerFactory.Instance);
        _nodes.Add(node);
        return node;
    }
}
