using System.Diagnostics;
using System.Globalization;
using ActorQuorum.Roles;
using ActorQuorum.Tests.Transport;

namespace ActorQuorum.Tests.Roles;

/// <summary>Real scripts.</summary>
[Trait("Row", "QC-9")]
public sealed class ScriptRunTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private readonly Shell _shell = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _shell.Dispose();

    [SkippableFact]
    public async Task A_script_finds_in_its_environment_who_leads_since_when()
    {
        await RunAsync("env", new(true, "n 1", Fence.OfTerm(7)));
        foreach (var line in (string[])
        ["ACTORQUORUM_CLUSTER=shop", "ACTORQUORUM_NODE=n 1", "ACTORQUORUM_ROLE=leader", "ACTORQUORUM_LEADER=n 1", "ACTORQUORUM_TERM=7"])
        {
            _log.Infos.ShouldContain(text => text.Contains("on-leader: " + line, StringComparison.Ordinal));
        }

        _log.Infos.ShouldNotContain(text => text.Contains("ACTORQUORUM_EPOCH", StringComparison.Ordinal));
        await RunAsync("env", new(false, "", Fence.OfEpoch(0xf0, 3)));
        foreach (var line in (string[])["ACTORQUORUM_ROLE=follower", "ACTORQUORUM_LEADER=", "ACTORQUORUM_EPOCH=3", "ACTORQUORUM_FORMATION=f0"])
            _log.Infos.ShouldContain(text => text.TrimEnd().EndsWith("on-leader: " + line, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Its_output_its_errors_and_its_exit_code_are_logged()
    {
        await RunAsync("echo fine; echo bad >&2; exit 3");
        _log.Infos.ShouldContain(line => line.Contains("n1 on-leader: fine", StringComparison.Ordinal));
        _log.Warnings.ShouldContain(line => line.Contains("n1 on-leader: bad", StringComparison.Ordinal));
        _log.Warnings.ShouldContain(line => line.Contains("ended with exit code 3", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task No_shell_sees_its_path()
    {
        NeedsShell();
        var mark = _shell.PathOf("mark");
        var script = RoleScript.Of("on-leader", _shell.Write("a; touch mark $(touch mark) 'b\"", "#!/bin/sh\necho \"ran $0\"\n"))!;
        await new ScriptRun("n1", "shop", Long, TimeProvider.System, _log).RunAsync(script, Standing());
        _log.Infos.ShouldContain(line => line.Contains("ran " + script.Path, StringComparison.Ordinal));
        File.Exists(mark).ShouldBeFalse();
    }

    [SkippableFact]
    public async Task It_has_no_input_to_wait_for()
    {
        await RunAsync("cat; echo read");
        _log.Infos.ShouldContain(line => line.Contains("on-leader: read", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task One_that_hangs_is_killed_with_what_it_has_started()
    {
        var pids = _shell.PathOf("pids");
        await RunAsync($"sleep 1000 &\necho $! > '{pids}'\necho $$ >> '{pids}'\nwait", timeout: TimeSpan.FromSeconds(1));
        _log.Errors.ShouldContain(line => line.Contains("did not end within 00:00:01: killed", StringComparison.Ordinal));
        foreach (var pid in await File.ReadAllLinesAsync(pids))
            await Eventually.ShouldBeAsync(() => !IsRunning(int.Parse(pid, CultureInfo.InvariantCulture)), $"process {pid} is gone");
    }

    [SkippableFact]
    public async Task One_that_floods_its_output_is_bounded_in_time_and_lines()
    {
        await RunAsync("yes flood", timeout: TimeSpan.FromSeconds(1));
        _log.Errors.ShouldContain(line => line.Contains("killed", StringComparison.Ordinal));
        _log.Infos.Count.ShouldBeLessThan(1000);
        _log.Infos.ShouldContain(line => line.Contains("lines left out", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task What_it_leaves_running_holds_nobody_up()
    {
        var pid = _shell.PathOf("pid");
        await RunAsync($"sleep 1000 &\necho $! > '{pid}'\necho left it");
        var left = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(pid), CultureInfo.InvariantCulture));
        left.HasExited.ShouldBeFalse("a service that was started is not killed");
        left.Kill();
        _log.Infos.ShouldContain(line => line.Contains("ended with exit code 0", StringComparison.Ordinal));
        _log.Infos.ShouldContain(line => line.Contains("left it", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task One_that_is_gone_by_then_is_logged_and_says_why()
    {
        NeedsShell();
        var script = _shell.Script("true");
        File.Delete(script.Path);
        await new ScriptRun("n1", "shop", Long, TimeProvider.System, _log).RunAsync(script, Standing());
        _log.Errors.ShouldHaveSingleItem().ShouldContain($"{script.Path} cannot be run");
        _log.Errors[0].ShouldContain("It is not there");
    }

    private static RoleStanding Standing() => new(true, "n1", Fence.OfTerm(7));

    private static void NeedsShell() => Skip.If(OperatingSystem.IsWindows(), "These scripts are for a POSIX shell.");

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private Task RunAsync(string body, RoleStanding? standing = null, TimeSpan? timeout = null)
    {
        NeedsShell();
        return new ScriptRun(standing?.Leader is { Length: > 0 } name ? name : "n1", "shop", timeout ?? Long, TimeProvider.System, _log)
            .RunAsync(_shell.Script(body), standing ?? Standing()).InTime();
    }
}
