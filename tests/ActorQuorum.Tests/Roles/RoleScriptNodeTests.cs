using System.Net;
using System.Net.Sockets;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using ActorQuorum.Voting;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Tests.Roles;

/// <summary>A node in this process whose role scripts run.</summary>
[Trait("Row", "QC-9")]
public sealed class RoleScriptNodeTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [SkippableFact]
    public async Task A_node_runs_its_scripts_when_it_leads_and_when_it_stops()
    {
        Skip.If(OperatingSystem.IsWindows(), "These scripts are for a POSIX shell.");
        var log = _shell.PathOf("log");
        var note = $"echo \"$0 $ACTORQUORUM_ROLE $ACTORQUORUM_LEADER $ACTORQUORUM_TERM\" | sed 's:.*/::' >> '{log}'\n";
        await using var node = await StartAsync(new() { OnLeader = _shell.Write("up", "#!/bin/sh\n" + note), OnFollower = _shell.Write("down", "#!/bin/sh\nsleep 1\n" + note) });
        await Eventually.ShouldBeAsync(() => node.Status.Role == Role.Leader, "it leads");
        var term = node.Status.Term;
        await Eventually.ShouldBeAsync(() => File.Exists(log), "its script ran");

        await node.StopAsync().InTime();

        (await File.ReadAllLinesAsync(log)).ShouldBe([$"up leader n1 {term}", $"down follower  {term}"]);
    }

    [SkippableFact]
    [Trait("Row", "CO-4")]
    public async Task A_node_that_goes_on_alone_runs_the_one_and_then_the_other_under_its_new_term()
    {
        Skip.If(OperatingSystem.IsWindows(), "These scripts are for a POSIX shell.");
        var log = _shell.PathOf("log");
        var note = $"echo \"$0 $ACTORQUORUM_ROLE $ACTORQUORUM_TERM\" | sed 's:.*/::' >> '{log}'\n";
        var roles = new RoleOptions { OnLeader = _shell.Write("up", "#!/bin/sh\n" + note), OnFollower = _shell.Write("down", "#!/bin/sh\n" + note) };
        await using var node = await StartAsync(roles, _shell.PathOf("data"));
        await Eventually.ShouldBeAsync(() => File.Exists(log) && node.ScriptsEnded.IsCompleted, "its script ran");
        var term = node.Status.Term;

        await node.SoloAsync().InTime();
        await Eventually.ShouldBeAsync(() => File.ReadAllLines(log).Length == 3, "both ran");

        (await File.ReadAllLinesAsync(log)).ShouldBe([$"up leader {term}", $"down follower {term}", $"up leader {node.Status.Term}"]);
        node.Status.Term.ShouldBeGreaterThan(term);
    }

    [SkippableFact]
    public async Task A_script_that_hangs_holds_up_no_request()
    {
        Skip.If(OperatingSystem.IsWindows(), "These scripts are for a POSIX shell.");
        await using var node = await StartAsync(new() { OnLeader = _shell.Write("up", "#!/bin/sh\nexec sleep 1000\n"), Timeout = TimeSpan.FromSeconds(2) });
        await Eventually.ShouldBeAsync(() => !node.ScriptsEnded.IsCompleted, "the script runs");

        (await node.ProposeAsync(Command.Encode(CommandKind.Put, new PutRequest { Key = ByteString.CopyFromUtf8("k") }))).IsSuccess.ShouldBeTrue();

        node.ScriptsEnded.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_missing_script_keeps_a_node_from_starting()
    {
        var missing = _shell.PathOf("missing");
        (await Should.ThrowAsync<IOException>(() => StartAsync(new() { OnFollower = missing }))).Message.ShouldStartWith($"on-follower: the script {missing} is not there");
    }

    [Fact]
    public async Task Nor_does_a_node_of_the_constant_election_start()
    {
        var missing = _shell.PathOf("missing");
        var options = new VotingNodeOptions { ListenAddress = "127.0.0.1", BroadcastAddress = "127.255.255.255", Roles = new() { OnLeader = missing } };
        (await Should.ThrowAsync<IOException>(() => VotingNode.StartAsync(options, NullLoggerFactory.Instance)))
            .Message.ShouldStartWith($"on-leader: the script {missing} is not there");
    }

    private static Task<QuorumNode> StartAsync(RoleOptions roles, string? dataDirectory = null)
    {
        var (peer, client) = (Address(), Address());
        return QuorumNode.StartAsync(
            new NodeOptions
            {
                Name = "n1", DataDirectory = dataDirectory ?? "unused", Storage = dataDirectory is null ? StorageKind.Memory : StorageKind.Disk, ClusterName = "shop", Members = [new("n1", peer, client)], Roles = roles,
            },
            NullLoggerFactory.Instance);
    }

    private static string Address()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return probe.LocalEndpoint.ToString()!;
    }
}
