using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Clusters;

/// <summary><c>runtime = akka</c>, in builds that carry Akka.NET and in those that do not.</summary>
[Trait("Row", "RP-3")]
public sealed class AkkaRuntimeTests
{
#if WITH_AKKA
    [Fact]
    public async Task Three_processes_on_Akka_survive_the_end_of_their_leader_and_its_return()
    {
        await using var cluster = new RealCluster(3, "actorquorum.runtime = akka");
        await cluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        await leader.PutAsync("before", "1");
        await leader.KillAsync();
        var next = await cluster.LeaderAsync();
        (await next.GetAsync("before")).ShouldBe("1");
        await next.PutAsync("after", "2");
        leader.Start();
        await leader.Process!.PrintsAsync("serving clients");
        (await leader.GetAsync("after")).ShouldBe("2");
        leader.Process!.Output.ShouldContain(" >>> ");
    }

    [Fact]
    public async Task The_command_line_chooses_it_and_q_ends_it_in_good_order()
    {
        await using var cluster = new RealCluster(1);
        await using var process = CliProcess.Start("run", "-c", cluster.Nodes[0].ConfigFile, "-r", "akka");
        await process.PrintsAsync("Candidate → Leader term 1");
        process.Type("q");
        (await process.ExitAsync()).ShouldBe(0, process.ToString());
        process.Output.ShouldContain("stopped");
    }

    [Theory]
    [InlineData("akka.remote.untrusted-mode = off", "akka.remote.untrusted-mode must be on")]
    [InlineData("akka.remot.untrusted-mode = on", "unknown key 'akka.remot'; did you mean 'akka.remote'?")]
    [InlineData("akka.actor.provider = no.such.Provider", "Compare the akka section")]
    [InlineData("akka = on", "akka must be an object")]
    public async Task A_wrong_akka_section_ends_with_2_and_its_reason(string setting, string problem)
    {
        await using var cluster = new RealCluster(1, $"actorquorum.runtime = akka\n{setting}");
        var run = await CliProcess.RunAsync("run", "-c", cluster.Nodes[0].ConfigFile);
        run.ExitCode.ShouldBe(2, run.ToString());
        run.Errors.ShouldContain(problem);
    }
#else
    [Theory]
    [InlineData("actorquorum.runtime = akka")]
    [InlineData("", "-r", "akka")]
    public async Task A_build_without_Akka_says_so(string settings, params string[] arguments)
    {
        await using var cluster = new RealCluster(1, settings);
        var run = await CliProcess.RunAsync(["run", "-c", cluster.Nodes[0].ConfigFile, .. arguments]);
        run.ExitCode.ShouldBe(2, run.ToString());
        run.Errors.ShouldContain("runtime = akka needs Akka.NET, which this build does not carry: build with -p:WithAkka=true");
    }
#endif
}
