using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Roles;

/// <summary><c>roles { }</c> of <c>run</c>.</summary>
[Trait("Row", "QC-9")]
public sealed class RoleScriptTests
{
    private const string Variables = "$ACTORQUORUM_CLUSTER $ACTORQUORUM_NODE $ACTORQUORUM_ROLE $ACTORQUORUM_LEADER $ACTORQUORUM_TERM";

    [SkippableTheory]
    [InlineData("q")]
    [InlineData("SIGTERM")]
    public async Task A_leader_runs_one_script_when_it_begins_and_the_other_when_it_stops(string how)
    {
        using var scripts = new Scripts();
        await using var cluster = new RealCluster(1, Settings(scripts.Write("up", Variables, "echo taken"), scripts.Write("down", Variables, "sleep 1; echo given up")));
        var node = cluster.Nodes[0];
        await cluster.StartAsync();
        await node.Process!.PrintsAsync("on-leader ended with exit code 0");

        if (how == "q") node.Process!.Type("q");
        else Signals.Send(node.Process!.Id, Signals.Terminate);

        (await node.Process!.ExitAsync()).ShouldBe(0);
        scripts.Noted().ShouldBe(["up e2e n1 leader n1 1", "down e2e n1 follower  1"]);
        node.Process.Output.ShouldContain("INF n1 on-leader: taken");
        node.Process.Output.ShouldContain("INF n1 on-follower: given up", customMessage: "the process waits for the script");
    }

    [SkippableFact]
    public async Task Leadership_that_moves_runs_a_script_on_both_sides()
    {
        using var scripts = new Scripts();
        await using var cluster = new RealCluster(3, Settings(scripts.Write("up", "$ACTORQUORUM_NODE"), scripts.Write("down", "$ACTORQUORUM_NODE")));
        await cluster.StartAsync();
        var first = await cluster.LeaderAsync();
        await scripts.NotesAsync($"up {first.Name}");

        await first.KillAsync();

        var second = await cluster.LeaderAsync();
        await scripts.NotesAsync($"up {second.Name}");
        var third = cluster.Running.Single(node => node != second);
        scripts.Noted().Count(line => line == $"down {third.Name}").ShouldBe(1, "another leader of a follower is no change");
        first.Start();
        await scripts.NotesAsync($"down {first.Name}");
        await first.Process!.PrintsAsync("runs on-follower");
    }

    [SkippableFact]
    public async Task A_leader_that_stops_itself_runs_the_script_of_a_follower()
    {
        using var scripts = new Scripts();
        await using var cluster = new RealCluster(
            1, Settings(scripts.Write("up", "of a leader"), scripts.Write("down", "of a follower")) + "\nactorquorum.storage { segment-size = 64KiB, reserve = 0B }");
        var node = cluster.Nodes[0];
        await cluster.StartAsync();
        await scripts.NotesAsync("up of a leader");
        Directory.Move(Path.Combine(node.DataDirectory, "log"), Path.Combine(node.DataDirectory, "aside"));

        await Should.ThrowAsync<Cli.Client.CallFailedException>(async () =>
        {
            for (var i = 0; i < 2; i++) await node.PutAsync($"large-{i}", new string('x', 100_000));
        });

        (await node.Process!.ExitAsync()).ShouldBe(1, node.Process.ToString());
        scripts.Noted()[^1].ShouldBe("down of a follower");
    }

    [SkippableFact]
    public async Task A_second_ctrl_c_does_not_wait_for_a_script()
    {
        using var scripts = new Scripts();
        await using var cluster = new RealCluster(1, Settings(scripts.Write("up", "begins", "exec sleep 300"), null));
        var node = cluster.Nodes[0];
        await cluster.StartAsync();
        await scripts.NotesAsync("up begins");
        Signals.Send(node.Process!.Id, Signals.Interrupt);
        await node.Process.PrintsAsync("waiting for a role script");

        Signals.Send(node.Process.Id, Signals.Interrupt);

        (await node.Process.ExitAsync()).ShouldBe(0);
        node.Process.Output.ShouldContain("asked to stop once more");
    }

    [SkippableFact]
    public async Task A_missing_script_is_an_error_at_the_start()
    {
        await using var cluster = new RealCluster(1, Settings("no/such/script", null));

        var run = await CliProcess.RunAsync("run", "-c", cluster.Nodes[0].ConfigFile);

        run.ExitCode.ShouldBe(2, run.ToString());
        run.Errors.ShouldContain($"{cluster.Nodes[0].ConfigFile}: roles.on-leader: the script {Path.GetFullPath("no/such/script")} is not there");
        run.Errors.ShouldNotContain("\n");
        Directory.Exists(cluster.Nodes[0].DataDirectory).ShouldBeFalse("nothing was started");
    }

    private static string Settings(string? onLeader, string? onFollower) =>
        $"actorquorum.roles {{ on-leader = {Quoted(onLeader)}, on-follower = {Quoted(onFollower)} }}";

    private static string Quoted(string? path) => path is null ? "null" : $"\"{path}\"";
}
