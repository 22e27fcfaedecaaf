using ActorQuorum.Core.Raft;
using ActorQuorum.Server.Debug;
using ActorQuorum.Server.Debug.Wire;

namespace ActorQuorum.Server.Tests.Debug;

[Trait("Row", "RP-5")]
public sealed class DebugServiceTests
{
    [Fact]
    public async Task All_that_the_node_shows_is_dumped()
    {
        var node = new GlassNode();
        await using var server = await Door.StartAsync(node, "127.0.0.1:0");
        using var client = new WireClient(server.Address);

        var dump = (await client.CallAsync(DebugService.DumpPath, new DumpRequest())).Read(DumpResponse.Parser);

        dump.ShouldBe(new DumpResponse
        {
            Header = new Header { ClusterId = 0xFEDC_BA98_7654_3210, MemberId = 0xA1, Revision = 1, RaftTerm = 7 },
            Name = "n1", Role = "leader", Term = 7, Vote = 0xA1, VoteName = "n1", Leader = 0xA1, LeaderName = "n1", Proven = true,
            FirstIndex = 3, LastIndex = 2, LastTerm = 6, CommitIndex = 1, AppliedIndex = 0, DurableIndex = 9, LogSizeBytes = 12_345,
            Followers =
            {
                new Follower { Id = 0xB2, Name = "n2", MatchIndex = 4, NextIndex = 6, Probing = true, Proven = true, UnderWay = 2, SinceHeardMs = 15 },
            },
            Peers = { new Peer { Id = 0xB2, Name = "n2", Connected = true, QueuedMessages = 3, QueuedBytes = 99 } },
            Queues = { new Queue { Name = "mailbox node", Length = 5 }, new Queue { Name = "requests pending", Length = 6, Limit = 7 } },
        });
    }

    [Fact]
    public async Task A_vote_for_nobody_and_an_unknown_member_have_no_name_and_a_number()
    {
        var node = new GlassNode { Vote = MemberId.None, Follower = new(0xC3) };
        await using var server = await Door.StartAsync(node, "127.0.0.1:0");
        using var client = new WireClient(server.Address);

        var dump = (await client.CallAsync(DebugService.DumpPath, new DumpRequest())).Read(DumpResponse.Parser);

        (dump.Vote, dump.VoteName, dump.Followers[0].Name).ShouldBe((0UL, "", "c3"));
    }

    [Fact]
    public async Task A_node_that_shows_nothing_says_so()
    {
        await using var door = await Door.OpenAsync();

        (await door.Client.CallAsync(DebugService.DumpPath, new DumpRequest())).Code.ShouldBe(12);
    }

    [Fact]
    public async Task A_node_that_does_not_show_itself_in_time_is_unavailable()
    {
        var node = new GlassNode { Failure = new QuorumException(QuorumError.TimedOut, "its actors are silent") };
        await using var server = await Door.StartAsync(node, "127.0.0.1:0");
        using var client = new WireClient(server.Address);

        (await client.CallAsync(DebugService.DumpPath, new DumpRequest())).Code.ShouldBe(14);
    }

    /// <summary>A node that can be looked into.</summary>
    private sealed class GlassNode : IQuorumNode, IInspectableNode
    {
        private readonly FakeNode _node = new();

        public MemberId Vote { get; init; } = new(0xA1);

        public MemberId Follower { get; init; } = new(0xB2);

        public Exception? Failure { get; init; }

        public NodeStatus Status => _node.Status;

        public Task Completion => _node.Completion;

        public Task<CommandResult> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default) =>
            _node.ProposeAsync(command, cancellationToken);

        public Task<CommandResult> QueryAsync(
            ReadOnlyMemory<byte> query, Consistency consistency, CancellationToken cancellationToken = default) =>
            _node.QueryAsync(query, consistency, cancellationToken);

        public Task<NodeInspection> InspectAsync(CancellationToken cancellationToken = default) => Failure is { } failure
            ? throw failure
            : Task.FromResult(new NodeInspection
            {
                Status = Status,
                Vote = Vote,
                FirstIndex = 3,
                LastTerm = 6,
                DurableIndex = 9,
                Followers = [new(Follower, 4, 6, IsProbing: true, IsProven: true, 2, TimeSpan.FromMilliseconds(15))],
                Peers = [new(new MemberId(0xB2), IsConnected: true, 3, 99)],
                Queues = [new("mailbox node", 5, null), new("requests pending", 6, 7)],
            });
    }
}
