using System.Text.RegularExpressions;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Stopping;

/// <summary>The command <c>cluster</c>: one process that keeps a process for each node.</summary>
public sealed partial class LocalClusterTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly int _basePort = FreePorts.BasePort();

    public void Dispose()
    {
        // A test that failed may have left the nodes that it was to find gone.
        foreach (var left in OperatingSystem.IsLinux() ? RunningProcesses.Naming(_folder.Path) : [])
            Signals.Send(left, Signals.Kill);
        _folder.Dispose();
    }

    [SkippableFact]
    public async Task Killed_it_leaves_no_child_behind()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux's /proc shows whether a child is left.");
        await using var cluster = await StartAsync();
        RunningProcesses.Naming(_folder.Path).Length.ShouldBe(4);

        cluster.Kill();

        await cluster.ExitAsync();
        await Eventually.HoldsAsync("no process is left", () => RunningProcesses.Naming(_folder.Path).Length == 0);
    }

    [SkippableTheory]
    [InlineData(Signals.Interrupt)]
    [InlineData(Signals.Terminate)]
    public async Task A_signal_stops_all(int signal)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux's /proc shows whether a child is left.");
        await using var cluster = await StartAsync();

        Signals.Send(cluster.Id, signal);

        (await cluster.ExitAsync()).ShouldBe(0);
        RunningProcesses.Naming(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task Q_stops_all()
    {
        await using var cluster = await StartAsync();

        cluster.Type("q");

        (await cluster.ExitAsync()).ShouldBe(0);
        foreach (var name in (string[])["n1", "n2", "n3"])
            cluster.Output.ShouldContain($"{name} stopped");
    }

    [SkippableFact]
    public async Task A_killed_node_is_reported_and_the_printed_command_starts_it_again()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux's /proc shows which child is which.");
        await using var cluster = await StartAsync();

        Signals.Send(RunningProcesses.Naming(Path.Combine(_folder.Path, "n2.conf")).ShouldHaveSingleItem(), Signals.Kill);

        await cluster.PrintsAsync("n2 has ended (killed)");
        await cluster.PrintsAsync("Start it again with: ");
        var words = RestartCommand().Match(cluster.Output).Groups[1].Value.Split(' ');
        await using var restarted = CliProcess.StartProgram(words[0], words[1..]);
        await restarted.PrintsAsync("n2 follows");
        cluster.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task A_busy_port_is_named_and_nothing_is_left_running()
    {
        await using var first = await StartAsync();
        using var other = new ScratchFolder();

        var second = await CliProcess.RunAsync("cluster", "--data-dir", other.Path, "--base-port", $"{_basePort}");

        second.ExitCode.ShouldBe(1);
        second.Errors.ShouldContain($"port {_basePort + 1} (clients of n1) is busy");
        second.Errors.ShouldContain("--base-port");
        second.Errors.ShouldNotContain("\n");
        if (OperatingSystem.IsLinux())
            RunningProcesses.Naming(other.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_data_directory_of_another_size_is_refused()
    {
        await using (var cluster = await StartAsync())
            cluster.Type("q");

        var other = await CliProcess.RunAsync("cluster", "--data-dir", _folder.Path, "--nodes", "5");

        other.ExitCode.ShouldBe(2);
        other.Errors.ShouldContain("already holds a cluster with 3 nodes");
    }

    private async Task<CliProcess> StartAsync()
    {
        var cluster = CliProcess.Start("cluster", "--data-dir", _folder.Path, "--base-port", $"{_basePort}");
        await cluster.PrintsAsync("→ Leader");
        return cluster;
    }

    [GeneratedRegex("n2 has ended .*Start it again with: (.*)")]
    private static partial Regex RestartCommand();
}
