using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Voting;

/// <summary><c>run</c> with <c>election.protocol = constant</c>: the same node from a file.</summary>
public sealed class ConfiguredVoteTests
{
    [SkippableFact]
    [Trait("Row", "QC-9")]
    public async Task A_file_may_ask_for_the_constant_election()
    {
        using var scripts = new Scripts();
        using var folder = new ScratchFolder();
        await using var network = new VotingNetwork { HasFirst = true };
        var config = folder.Write("a.conf", $$"""
            actorquorum {
              node { name = A, data-dir = "{{folder.Path}}/a" }
              cluster.id = quorum
              election { protocol = constant, constant.discovery-window = 700ms }
              discovery { listen = "127.0.0.1:{{network.Port(1)}}", address = "{{VotingNetwork.Broadcast}}", port = {{network.BroadcastPort}} }
              roles { on-leader = "{{scripts.Write("up", "$ACTORQUORUM_NODE $ACTORQUORUM_EPOCH")}}", on-follower = "{{scripts.Write("down", "$ACTORQUORUM_NODE", "sleep 1")}}" }
            }
            """);
        await using var process = CliProcess.Start("run", "-c", config);
        var a = new VotingMember("A", process);
        await a.FollowsAsync("A");
        var b = network.Start("B", network.Port(2));
        await b.FollowsAsync("A");
        await scripts.NotesAsync("up A 1");

        await a.DispatchAsync();

        // On a machine that stands still for half a second a master is elected anew: then there are more between.
        scripts.Noted()[0].ShouldBe("up A 1");
        scripts.Noted()[^1].ShouldBe("down A");
        process.Output.ShouldContain("on-follower ended with exit code 0", customMessage: "the process waits for its script");
        await b.FollowsAsync("B");
    }

    [SkippableFact]
    [Trait("Row", "QC-14")]
    public async Task An_epoch_that_is_kept_rises_over_restarts()
    {
        using var scripts = new Scripts();
        using var folder = new ScratchFolder();
        await using var network = new VotingNetwork();
        string[] options = ["--data-dir", Path.Combine(folder.Path, "a"), "-m", scripts.Write("up", "$ACTORQUORUM_EPOCH")];
        var first = network.Start("A", network.Port(1), options);
        await scripts.NotesAsync("up 1");
        await first.KillAsync();

        network.Start("A", network.Port(1), options);

        await scripts.NotesAsync("up 2");
    }
}
