using System.Net.Sockets;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Voting;

/// <summary>What may go wrong around <c>vote</c>.</summary>
public sealed class VoteBadInputTests
{
    [Fact]
    [Trait("Row", "QC-10")]
    public async Task A_busy_port_is_passed_over_and_the_default_name_bears_the_port_that_was_got()
    {
        await using var network = new VotingNetwork();
        var first = network.Start(null, network.Port(1));
        await first.Process.PrintsAsync("listens at 127.0.0.1");

        var second = network.Start(null, network.Port(1));

        await second.Process.PrintsAsync($"listens at 127.0.0.1:{network.Port(2)}");
        second.Process.Output.ShouldContain($"{network.Port(1)}", customMessage: "it says which port was busy");
        await second.Process.PrintsAsync("as new master");
        var (one, other) = (OwnName(first), OwnName(second));
        one.ShouldContain($"{network.Port(1)}");
        other.ShouldContain($"{network.Port(2)}");
        one.Replace($"{network.Port(1)}", "", StringComparison.Ordinal).ShouldBe(other.Replace($"{network.Port(2)}", "", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Row", "QC-10")]
    public async Task The_second_of_one_name_is_turned_away_with_an_exit_code_of_its_own()
    {
        await using var network = new VotingNetwork();
        var first = network.Start("twin", network.Port(1));
        await first.FollowsAsync("twin");

        var second = network.Start("twin", network.Port(2));

        (await second.Process.ExitAsync()).ShouldBe(5, second.Process.ToString());
        second.Process.Errors.ShouldStartWith("actorquorum: ");
        second.Process.Errors.ShouldContain("twin");
        second.Process.Errors.ShouldNotContain("\n");
        await first.Process.PrintsAsync("did not let twin");
        first.Process.HasExited.ShouldBeFalse();
    }

    [Fact]
    [Trait("Row", "QC-1")]
    public async Task Garbage_on_every_port_changes_nothing()
    {
        await using var network = new VotingNetwork();
        var random = new Random(5);
        var a = network.Start("A", network.Port(1));
        await a.Process.PrintsAsync("listens at");
        FlingGarbage(network, random);
        using var dumb = new TcpClient();
        await dumb.ConnectAsync("127.0.0.1", network.Port(1));
        await dumb.GetStream().WriteAsync(Bytes(random, 100_000));

        var b = network.Start("B", network.Port(2));
        await b.Process.PrintsAsync("listens at");
        FlingGarbage(network, random);

        await a.FollowsAsync("A");
        await b.FollowsAsync("A");
        FlingGarbage(network, random);
        await a.DispatchAsync();
        await b.FollowsAsync("B");
        b.Process.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("vote 0.0.0.0 70000", "PORT '70000' is no port: give a number from 1 to 65535.")]
    [InlineData("vote 0.0.0.0 8080 255.255.255.255 0", "BROADCAST-PORT '0' is no port")]
    [InlineData("vote 0.0.0.0 eighty", "PORT 'eighty' is no port")]
    [InlineData("vote --on-minority stay", "stay")]
    [InlineData("vote --script-timeout 5", "--script-timeout: '5' is not a time")]
    [InlineData("vote --advertise 0.0.0.0", "nobody can dial the advertised address")]
    [InlineData("vote --advertise ::", "nobody can dial the advertised address")]
    [InlineData("vote 127.0.0.1 8080 300.1.1.1", "\"300.1.1.1\" is no IPv4 address")]
    [InlineData("vote --masterscript x", "'--masterscript'")]
    public async Task A_wrong_word_is_named(string line, string because)
    {
        var vote = await CliProcess.RunAsync(line.Split(' '));

        vote.ExitCode.ShouldBe(2, vote.ToString());
        vote.Errors.ShouldContain(because);
        vote.Errors.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("301")]
    public async Task A_name_that_cannot_be_is_refused(string name)
    {
        await using var network = new VotingNetwork();
        var node = network.Start(name == "301" ? new string('n', 301) : name, network.Port(1));

        (await node.Process.ExitAsync()).ShouldBe(2, node.Process.ToString());
        node.Process.Errors.ShouldStartWith("actorquorum: the node's name cannot be: ");
        node.Process.Errors.ShouldNotContain("Parameter", customMessage: "that is for programmers");
        node.Process.Errors.ShouldNotContain("\n");
    }

    [Fact]
    public async Task Long_names_of_any_script_are_shown_whole()
    {
        await using var network = new VotingNetwork();
        var name = "узел-" + new string('節', 294) + "!";
        var first = network.Start(name, network.Port(1));
        await first.FollowsAsync(name);
        var second = network.Start("κόμβος 2", network.Port(2));

        await second.FollowsAsync(name);
        await first.Process.PrintsAsync("added κόμβος 2");
    }

    [SkippableFact]
    [Trait("Row", "QC-6")]
    public async Task On_a_terminal_q_needs_no_enter()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "script(1) of util-linux makes the terminal.");
        await using var network = new VotingNetwork();
        var line = $"dotnet '{Path.Combine(AppContext.BaseDirectory, "actorquorum.dll")}' vote 127.0.0.1 {network.Port(1)} {VotingNetwork.Broadcast} {network.BroadcastPort} -n A";
        await using var terminal = CliProcess.StartProgram("script", "-q", "-e", "-c", line, "/dev/null");
        await terminal.PrintsAsync("listens at");

        terminal.Press('q');

        (await terminal.ExitAsync()).ShouldBe(0, terminal.ToString());
        terminal.Output.ShouldContain("has said goodbye");
    }

    private static string OwnName(VotingMember node) =>
        node.Process.Output.Split('\n').First(line => line.Contains("listens at", StringComparison.Ordinal)).Split(' ')[2];

    private static void FlingGarbage(VotingNetwork network, Random random)
    {
        foreach (var length in (int[])[0, 1, 7, 100, 499, 1200, 9000, 60_000]) network.Fling(Bytes(random, length));
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
