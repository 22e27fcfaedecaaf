using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.BadInput;

public sealed class ConfigurationTests : IDisposable
{
    private const string Sound =
        "actorquorum { node.name = n1\n cluster { id = x, members { n1 { peer = \"127.0.0.1:7101\", client = \"127.0.0.1:2391\" } } }\n";

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("an unknown key", Sound + "election.hartbeat = 50ms }", "heartbeat")]
    [InlineData("an unclosed brace", Sound, ":")]
    [InlineData("no number", Sound + "election.heartbeat = soon }", "heartbeat")]
    [InlineData("no members", "actorquorum { node.name = n1, cluster.id = x }", "members")]
    [InlineData("bytes", "\0\u0001\u0002{{{{", ":")]
    public async Task A_wrong_file_ends_with_2_and_its_place(string what, string text, string hint)
    {
        var file = _folder.Write("wrong.conf", text);

        var run = await CliProcess.RunAsync("run", "-c", file);

        run.ExitCode.ShouldBe(2, $"{what}: {run}");
        run.Errors.ShouldContain("wrong.conf:");
        run.Errors.ShouldContain(hint);
        run.Errors.ShouldNotContain("\n");
    }

    [Fact]
    public async Task A_name_that_is_no_member_ends_with_2()
    {
        var run = await CliProcess.RunAsync("run", "-c", _folder.Write("sound.conf", Sound + "}"), "-n", "n7");

        run.ExitCode.ShouldBe(2, run.ToString());
        run.Errors.ShouldContain("n7");
    }
}
