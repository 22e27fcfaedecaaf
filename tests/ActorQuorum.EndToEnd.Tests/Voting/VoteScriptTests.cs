using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Voting;

/// <summary><c>-m</c> and <c>-s</c> of <c>vote</c>.</summary>
[Trait("Row", "QC-9")]
public sealed class VoteScriptTests
{
    [SkippableFact]
    public async Task Scripts_run_where_mastership_comes_and_goes_and_nowhere_else()
    {
        using var scripts = new Scripts();
        await using var network = new VotingNetwork();
        var master = scripts.Write("master", "$ACTORQUORUM_CLUSTER $ACTORQUORUM_NODE $ACTORQUORUM_ROLE $ACTORQUORUM_LEADER", "echo epoch $ACTORQUORUM_EPOCH of $ACTORQUORUM_FORMATION");
        var slave = scripts.Write("slave", "$ACTORQUORUM_NODE $ACTORQUORUM_ROLE");
        var (a, b, c) = await MastershipTests.ThreeAsync(network, "--cluster", "shop", "-m", master, "-s", slave);
        foreach (var line in (string[])["master shop A leader A", "slave B follower", "slave C follower"]) await scripts.NotesAsync(line);
        await a.Process.PrintsAsync("on-leader: epoch ");

        // Ctrl-C: at once, without a goodbye; what its script took is given up.
        Signals.Send(a.Process.Id, Signals.Interrupt);

        (await a.Process.ExitAsync()).ShouldBe(0, a.Process.ToString());
        scripts.Noted().ShouldContain("slave A follower");
        await c.FollowsAsync("B");
        await scripts.NotesAsync("master shop B leader B");
        await b.Process.PrintsAsync("on-leader: epoch ");
        b.Process.Output.ShouldContain("lost connection from A");
        scripts.Noted().Count(line => line == "slave C follower").ShouldBe(1, "C has another master, and its script nothing to do");
        scripts.Noted().Distinct().Order(StringComparer.Ordinal).ToArray().ShouldBe(
        [
            "master shop A leader A", "master shop B leader B", "slave A follower", "slave B follower", "slave C follower",
        ]);
        Epoch(b).ShouldBeGreaterThan(Epoch(a));
    }

    [SkippableTheory]
    [InlineData("-m")]
    [InlineData("--master-script")]
    [InlineData("--masterScript")]
    [InlineData("--master_script")]
    [InlineData("-s")]
    [InlineData("--slaveScript")]
    public async Task A_missing_script_is_an_error_at_the_start(string option)
    {
        var vote = await CliProcess.RunAsync("vote", option, "no/such/script");

        vote.ExitCode.ShouldBe(2, vote.ToString());
        vote.Errors.ShouldContain($"the script {Path.GetFullPath("no/such/script")} is not there");
        vote.Errors.ShouldNotContain("\n");
        vote.Output.ShouldBeEmpty("nothing was started");
    }

    private static long Epoch(VotingMember node) => long.Parse(
        node.Process.Output.Split('\n').Last(line => line.Contains("on-leader: epoch ", StringComparison.Ordinal)).Split(' ')[^3],
        System.Globalization.CultureInfo.InvariantCulture);
}
