using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

/// <summary>The command <c>simulate</c>: one process is as good as another, and a wrong line is refused.</summary>
public sealed class SimulateTests
{
    [Theory]
    [InlineData("7")]
    [InlineData("8")]
    public async Task The_same_seed_gives_the_same_trace_hash_in_two_processes(string seed)
    {
        var first = await CliProcess.RunAsync("simulate", "--seed", seed, "--duration", "3");
        var second = await CliProcess.RunAsync("simulate", "--seed", seed, "--duration", "3");

        first.ExitCode.ShouldBe(0, first.ToString());
        Hash(first).ShouldStartWith("trace hash ");
        Hash(second).ShouldBe(Hash(first));
    }

    [Fact]
    public async Task Many_seeds_say_how_many_and_what_they_reached()
    {
        var run = await CliProcess.RunAsync("simulate", "--seeds", "1..4", "--duration", "2", "--nodes", "3");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Output.ShouldContain("4 of 4 seeds (1..4)");
        run.Output.ShouldContain("elections");
    }

    [Theory]
    [InlineData("all", "8", true)]
    [InlineData("all", "7", false)]
    [InlineData("members", "7", true)]
    [InlineData("crash,members", "8", true)]
    [InlineData("crash", "8", false)]
    [InlineData("none", "8", false)]
    public async Task Members_come_and_go_in_even_seeds_or_where_they_are_named(string faults, string seed, bool comeAndGo)
    {
        var run = await CliProcess.RunAsync("simulate", "--seed", seed, "--duration", "5", "--nodes", "3", "--faults", faults);

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Output.Contains(" 0 of the voters, 0 joins", StringComparison.Ordinal).ShouldBe(!comeAndGo, run.Output);
    }

    [Fact]
    public async Task Nodes_go_alone_and_are_reset_where_that_is_named()
    {
        var run = await CliProcess.RunAsync("simulate", "--seeds", "1..4", "--duration", "10", "--nodes", "3", "--faults", "solo,reset");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Output.ShouldNotContain(" 0 resets");
        run.Output.ShouldNotContain(" 0 gone alone");
        run.Output.ShouldContain(" 0 disks lost");
    }

    [Theory]
    [InlineData("there is no fault 'earthquake'", "--faults", "crash,earthquake")]
    [InlineData("turned around: write --seeds 5..9", "--seeds", "9..5")]
    [InlineData("no range of seeds", "--seeds", "many")]
    [InlineData("not both", "--seed", "1", "--seeds", "1..2")]
    [InlineData("--nodes 16 is out of range", "--nodes", "16")]
    [InlineData("--duration 0 is out of range", "--duration", "0")]
    [InlineData("--trace goes with one --seed", "--trace", "x.txt")]
    public async Task A_wrong_line_ends_with_2_and_says_why(string why, params string[] arguments)
    {
        var wrong = await CliProcess.RunAsync(["simulate", .. arguments]);

        wrong.ExitCode.ShouldBe(2, wrong.ToString());
        wrong.Errors.ShouldContain(why);
    }

    private static string Hash(CliProcess run) =>
        run.Output.Split('\n').Single(line => line.StartsWith("trace hash", StringComparison.Ordinal));
}
