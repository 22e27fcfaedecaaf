using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

[Trait("Row", "RP-3")]
public sealed class RuntimeTests
{
    [Theory]
    [InlineData("", new[] { "-r", "threads" }, true)]
    [InlineData("actorquorum.runtime = threads", new string[0], true)]
    [InlineData("actorquorum.runtime = threads", new[] { "--runtime", "pool" }, false)]
    [InlineData("", new string[0], false)]
    public async Task The_runtime_is_the_files_unless_the_command_line_says_otherwise(string settings, string[] options, bool hasThreads)
    {
        await using var cluster = new RealCluster(1, settings);
        await using var node = CliProcess.Start(["run", "-c", cluster.Nodes[0].ConfigFile, .. options]);
        await node.PrintsAsync("Leader term");
        var threads = ThreadNames(node.Id);
        foreach (var actor in new[] { "node", "clock", "election", "storage" })
            threads.Contains($"actorquorum {actor}"[..15]).ShouldBe(hasThreads, string.Join(", ", threads));
        (await CliProcess.RunAsync("put", "k", "v", "--endpoints", cluster.Endpoints)).Output.ShouldBe("OK");
    }

    [Fact]
    [Trait("Row", "RN-8")]
    public async Task An_unknown_runtime_is_refused_with_those_there_are()
    {
        var run = await CliProcess.RunAsync("run", "-c", "none.conf", "-r", "fibers");
        run.ExitCode.ShouldNotBe(0);
        run.Errors.ShouldContain("fibers");
        run.Errors.ShouldContain("threads", Case.Insensitive);
    }

    /// <summary>Linux keeps 15 letters of a thread's name.</summary>
    private static string[] ThreadNames(int process) =>
        [.. Directory.GetDirectories($"/proc/{process}/task").Select(task => File.ReadAllText(Path.Combine(task, "comm")).TrimEnd('\n'))];
}
