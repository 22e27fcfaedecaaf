using ActorQuorum.Server.Solo;
using ActorQuorum.Server.Solo.Wire;

namespace ActorQuorum.Server.Tests.Solo;

/// <summary>A running node is asked through its door to leave its cluster, or to forget what it holds.</summary>
[Trait("Row", "CO-4")]
[Trait("Row", "CO-5")]
public sealed class SoloServiceTests
{
    private const ulong Cluster = 0xFEDC_BA98_7654_3210;
    private const ulong Member = 0xA1;

    [Theory]
    [InlineData(SoloService.GoAlonePath, "solo")]
    [InlineData(SoloService.ResetPath, "reset")]
    public async Task The_node_that_is_named_does_it_and_the_answer_bears_the_cluster_that_it_is_of_then(string path, string done)
    {
        var node = new LoneNode();
        await using var server = await Door.StartAsync(node, "127.0.0.1:0");
        using var client = new WireClient(server.Address);

        var answer = (await client.CallAsync(path, new SoloRequest { ClusterId = Cluster, MemberId = Member })).Read(SoloResponse.Parser);

        node.Done.ShouldBe([done]);
        (answer.Header.ClusterId, answer.Header.MemberId, answer.Header.RaftTerm).ShouldBe((0xA10EUL, Member, 8UL));
    }

    [Theory]
    [InlineData(Cluster + 1, Member)]
    [InlineData(Cluster, Member + 1)]
    [InlineData(0, 0)]
    public async Task A_node_that_is_not_meant_does_nothing(ulong cluster, ulong member)
    {
        var node = new LoneNode();
        await using var server = await Door.StartAsync(node, "127.0.0.1:0");
        using var client = new WireClient(server.Address);

        var answer = await client.CallAsync(SoloService.ResetPath, new SoloRequest { ClusterId = cluster, MemberId = member });

        (answer.Code, answer.Message!.Contains("here is n1 (member a1) of cluster fedcba9876543210", StringComparison.Ordinal)).ShouldBe((9, true), answer.Message);
        node.Done.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_kind_of_node_that_cannot_says_so()
    {
        await using var door = await Door.OpenAsync();
        (await door.Client.CallAsync(SoloService.GoAlonePath, new SoloRequest { ClusterId = Cluster, MemberId = Member })).Code.ShouldBe(12);
    }

    public static TheoryData<Exception, int> Failures => new()
    {
        { new InvalidOperationException("it keeps nothing on disk"), 9 },
        { new QuorumException(QuorumError.ChangeInProgress, "it is being reset already"), 9 },
        { new QuorumException(QuorumError.Stopped, "it stops"), 14 },
        { new IOException("its disk is full"), 13 },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Why_it_could_not_is_told_in_the_nodes_own_words(Exception failure, int code)
    {
        await using var server = await Door.StartAsync(new LoneNode { Failure = failure }, "127.0.0.1:0");
        using var client = new WireClient(server.Address);

        var answer = await client.CallAsync(SoloService.GoAlonePath, new SoloRequest { ClusterId = Cluster, MemberId = Member });

        (answer.Code, answer.Message).ShouldBe((code, $"actorquorum: {failure.Message}"));
    }

    /// <summary>A node that begins anew by a stroke of the pen.</summary>
    private sealed class LoneNode : IQuorumNode, ISoloNode
    {
        private readonly FakeNode _node = new();

        public List<string> Done { get; } = [];

        public Exception? Failure { get; init; }

        public NodeStatus Status => Done.Count == 0 ? _node.Status : _node.Status with { ClusterId = 0xA10E, Term = 8 };

        public Task Completion => _node.Completion;

        public Task<CommandResult> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default) =>
            _node.ProposeAsync(command, cancellationToken);

        public Task<CommandResult> QueryAsync(ReadOnlyMemory<byte> query, Consistency consistency, CancellationToken cancellationToken = default) =>
            _node.QueryAsync(query, consistency, cancellationToken);

        public Task SoloAsync(CancellationToken cancellationToken = default) => DoAsync("solo");

        public Task ResetAsync(CancellationToken cancellationToken = default) => DoAsync("reset");

        private Task DoAsync(string what)
        {
            if (Failure is { } failure)
            {
                return Task.FromException(failure);
            }

            Done.Add(what);
            return Task.CompletedTask;
        }
    }
}
