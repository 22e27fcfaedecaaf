using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Voting;

/// <summary>Who is master as nodes come and go: real processes, real datagrams.</summary>
public sealed class MastershipTests
{
    [Fact]
    [Trait("Row", "QC-2")]
    [Trait("Row", "QC-12")]
    public async Task A_node_alone_becomes_master_and_a_second_one_its_slave_also_without_any_input()
    {
        await using var network = new VotingNetwork();
        var a = network.Start("A", network.Port(1));
        a.Process.CloseInput();
        await a.FollowsAsync("A");

        var b = network.Start("B", network.Port(2));

        await b.FollowsAsync("A");
        await a.Process.PrintsAsync("A added B");
        await a.Process.PrintsAsync("2 nodes connected now");
        b.Process.Output.ShouldNotContain("B set B", customMessage: "no node is its own master before an election");
        a.Process.HasExited.ShouldBeFalse("the end of its input means nothing");
    }

    [Fact]
    [Trait("Row", "QC-5")]
    [Trait("Row", "QC-6")]
    [Trait("Row", "QC-7")]
    [Trait("Row", "QC-8")]
    public async Task A_killed_master_is_lost_and_a_dispatched_one_is_not_and_the_next_oldest_follows()
    {
        await using var network = new VotingNetwork();
        var (a, b, c) = await ThreeAsync(network);
        foreach (var node in (VotingMember[])[a, b, c]) await node.FollowsAsync("A");

        await a.KillAsync();

        foreach (var node in (VotingMember[])[b, c])
        {
            await node.FollowsAsync("B");
            node.Process.Output.ShouldContain("lost connection from A");
            node.Process.Output.ShouldNotContain("A dispatched");
        }

        var again = network.Start("A", network.Port(7));
        await again.FollowsAsync("B");
        foreach (var node in (VotingMember[])[b, c]) await node.Process.PrintsAsync("has A (127.0.0.1:");

        await b.DispatchAsync();

        foreach (var node in (VotingMember[])[again, c])
        {
            await node.FollowsAsync("C");
            node.Process.Output.ShouldContain("B dispatched");
            node.Process.Output.ShouldNotContain("lost connection from B");
        }

        var back = network.Start("B", network.Port(8));
        await back.FollowsAsync("C");
        await c.Process.PrintsAsync("has B (127.0.0.1:");
    }

    [SkippableFact]
    [Trait("Row", "QC-4")]
    [Trait("Row", "QC-5")]
    public async Task Two_of_four_killed_and_the_others_say_why_and_end_with_4()
    {
        using var scripts = new Scripts();
        await using var network = new VotingNetwork();
        var four = await network.StartInOrderAsync(
            ["A", "B", "C", "D"], "-m", scripts.Write("master", "$ACTORQUORUM_NODE"), "-s", scripts.Write("slave", "$ACTORQUORUM_NODE", "sleep 1; echo given up"));
        foreach (var node in four) await node.FollowsAsync("A");
        foreach (var node in four) await node.Process.PrintsAsync("4 nodes connected now");

        await scripts.NotesAsync("master A");

        four[1].Process.Kill();
        four[2].Process.Kill();

        foreach (var node in (VotingMember[])[four[0], four[3]])
        {
            (await node.Process.ExitAsync()).ShouldBe(4, node.Process.ToString());
            node.Process.Errors.ShouldStartWith("actorquorum: ");
            node.Process.Errors.ShouldContain("lost");
            node.Process.Errors.ShouldNotContain("\n");
        }

        four[3].Process.Output.ShouldNotContain("set D as new master");
        four[0].Process.Output.ShouldContain("on-follower: given up", customMessage: "what its script took as master is given up before it ends");
    }

    [Fact]
    [Trait("Row", "QC-5")]
    public async Task One_that_is_to_wait_for_a_majority_stays_and_joins_again()
    {
        await using var network = new VotingNetwork();
        string[] wait = ["--on-minority", "wait"];
        var three = await network.StartInOrderAsync(["A", "B", "C"], wait);
        foreach (var node in three) await node.FollowsAsync("A");
        foreach (var node in three) await node.Process.PrintsAsync("3 nodes connected now");
        var c = three[2];

        three[0].Process.Kill();
        three[1].Process.Kill();

        await c.Process.PrintsAsync("C waits for a majority");
        VotingMember[] back = [network.Start("A", network.Port(7), wait), network.Start("B", network.Port(8), wait), c];
        await Eventually.HoldsAsync(
            "all three have one master", () => back.All(node => node.Master is { } master && master == c.Master), () => string.Join('\n', back.Select(node => node.Process)));
        foreach (var node in back) node.Process.HasExited.ShouldBeFalse();
    }

    [Theory]
    [Trait("Row", "QC-2")]
    [InlineData("--use-port-instead-of-life-time")]
    [InlineData("--use_port_instead_of_life_time")]
    public async Task The_lowest_port_may_decide(string option)
    {
        await using var network = new VotingNetwork();
        var elder = network.Start("elder", network.Port(2), option);
        await elder.Process.PrintsAsync("listens at");
        var lower = network.Start("lower", network.Port(1), option);

        await lower.FollowsAsync("lower");
        await elder.FollowsAsync("lower");
    }

    [Fact]
    [Trait("Row", "QC-1")]
    public async Task Nodes_of_another_cluster_do_not_meet()
    {
        await using var network = new VotingNetwork();
        var one = network.Start("one", network.Port(1), "--cluster", "shop");
        var other = network.Start("other", network.Port(2), "--cluster", "lab");

        await one.FollowsAsync("one");
        await other.FollowsAsync("other");

        one.Process.Output.ShouldNotContain("connected now");
    }

    internal static async Task<(VotingMember A, VotingMember B, VotingMember C)> ThreeAsync(VotingNetwork network, params IEnumerable<string> options)
    {
        var three = await network.StartInOrderAsync(["A", "B", "C"], options);
        foreach (var node in three) await node.Process.PrintsAsync("3 nodes connected now");
        return (three[0], three[1], three[2]);
    }
}
