using ActorQuorum.Tests.Roles;

namespace ActorQuorum.Tests.Voting;

/// <summary>A mastership that goes on in a higher epoch is no new one.</summary>
[Trait("Row", "QC-9")]
public sealed class TenureTests : IAsyncLifetime
{
    private readonly VotingNetwork _network = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _network.EndAsync();

    [SkippableFact]
    public async Task A_slave_that_comes_back_with_a_kept_epoch_runs_no_script_of_the_master_again()
    {
        Skip.If(OperatingSystem.IsWindows(), "These scripts are for a POSIX shell.");
        using var shell = new Shell();
        var log = shell.PathOf("log");
        var up = shell.Write("up", $"#!/bin/sh\necho \"up $ACTORQUORUM_EPOCH\" >> '{log}'\n");
        var down = shell.Write("down", $"#!/bin/sh\necho \"down $ACTORQUORUM_EPOCH\" >> '{log}'\n");
        var optionsOfB = _network.OptionsOf("B") with { DataDirectory = shell.PathOf("b") };
        var a = await _network.StartAsync(_network.OptionsOf("A") with { Roles = new() { OnLeader = up, OnFollower = down } });
        await VotingNetwork.UntilMasterAsync(a);
        var b = await _network.StartAsync(optionsOfB);
        await VotingNetwork.UntilMasterAsync(a, b);
        var c = await _network.StartAsync("C");
        await VotingNetwork.UntilMasterAsync(a, b, c);
        var epoch = a.Status.Epoch;

        await b.StopAsync();
        var again = await _network.StartAsync(optionsOfB);
        await VotingNetwork.UntilAsync(() => a.Status.Epoch > epoch, "the mastership goes on in a higher epoch");
        await VotingNetwork.UntilMasterAsync(a, again, c);
        await a.StopAsync();

        var ran = await File.ReadAllLinesAsync(log);
        ran.Length.ShouldBe(2, string.Join("\n", _network.Loggers.Lines));
        ran[0].ShouldStartWith("up ");
        ran[1].ShouldBe($"down {a.Status.Epoch}");
        _network.Loggers.Lines.Count(line => line.StartsWith("A set A as new master", StringComparison.Ordinal)).ShouldBe(1);
    }
}
