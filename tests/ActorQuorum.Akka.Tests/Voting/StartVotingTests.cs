using System.Net;
using System.Net.Sockets;
using ActorQuorum.Voting;
using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Akka.Tests.Voting;

/// <summary>Nodes of a constant election in actor systems of this process, which find each other by real datagrams on loopback.</summary>
public sealed class StartVotingTests
{
    private readonly int _broadcastPort = FreePort();

    [Fact]
    public async Task Systems_without_any_setting_elect_one_master_and_a_system_that_ends_says_goodbye()
    {
        var (first, second, third) = (ActorSystem.Create("first"), ActorSystem.Create("second"), ActorSystem.Create("third"));
        try
        {
            var a = await first.StartVoting(OptionsOf("A"), NullLoggerFactory.Instance);
            var b = await second.StartVoting(OptionsOf("B"), NullLoggerFactory.Instance);
            var c = await third.StartVoting(OptionsOf("C"), NullLoggerFactory.Instance);
            await Eventually.ShouldBeAsync(() => a.Status.Role == VotingRole.Master && b.Status.Master == "A" && c.Status.Master == "A", "A is master");
            await CoordinatedShutdown.Get(first).Run(CoordinatedShutdown.ClrExitReason.Instance).InTime();
            a.Completion.IsCompletedSuccessfully.ShouldBeTrue();
            await Eventually.ShouldBeAsync(() => b.Status.Role == VotingRole.Master && b.Status.Dispatched is ["A"], "B follows A, which dispatched");
        }
        finally
        {
            foreach (var system in new[] { first, second, third }) await system.Terminate().InTime();
        }
    }

    [Fact]
    public async Task An_actor_that_dies_stops_the_node_and_the_system_lives_on()
    {
        var system = ActorSystem.Create("alone");
        try
        {
            var node = await system.StartVoting(OptionsOf("A"), NullLoggerFactory.Instance);
            system.ActorSelection("/user/quorum/election").Tell(Kill.Instance);
            await Should.ThrowAsync<Exception>(() => node.Completion.InTime());
            node.Completion.IsFaulted.ShouldBeTrue();
            system.WhenTerminated.IsCompleted.ShouldBeFalse();
        }
        finally
        {
            await system.Terminate().InTime();
        }
    }

    private VotingNodeOptions OptionsOf(string name) => new()
    {
        Name = name,
        ListenAddress = "127.0.0.1",
        Port = 0,
        BroadcastAddress = "127.255.255.255",
        BroadcastPort = _broadcastPort,
        Election = new() { DiscoveryWindow = TimeSpan.FromSeconds(1), StopActing = TimeSpan.FromSeconds(3), Lost = TimeSpan.FromSeconds(5) },
    };

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
