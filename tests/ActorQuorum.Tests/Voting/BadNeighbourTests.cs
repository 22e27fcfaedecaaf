using System.Net;
using System.Net.Sockets;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Tests.Transport;
using ActorQuorum.Transport.Discovery;
using ActorQuorum.Voting;
using VotingRole = ActorQuorum.Voting.VotingRole;

namespace ActorQuorum.Tests.Voting;

/// <summary>Neighbours that answer nothing, or nonsense: nobody waits for them.</summary>
[Trait("Row", "QC-7")]
public sealed class BadNeighbourTests : IAsyncLifetime
{
    private readonly VotingNetwork _network = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _network.EndAsync();

    [Fact]
    public async Task A_peer_that_accepts_and_never_answers_stalls_nobody()
    {
        var (silent, address) = RawPeer.Listen();
        using var held = silent;
        await ElectBesideAsync(int.Parse(address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_peer_that_takes_the_hello_and_never_votes_stalls_nobody()
    {
        var (listening, address) = RawPeer.Listen();
        using var held = listening;
        using var stopping = new CancellationTokenSource();
        var serving = ServeAsync(listening, stopping.Token);
        await ElectBesideAsync(int.Parse(address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        await stopping.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task A_name_that_is_announced_from_where_nobody_listens_stalls_nobody()
    {
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await ElectBesideAsync(((IPEndPoint)nobody.LocalEndPoint!).Port);
    }

    /// <summary>Three nodes elect one while a ghost is announced again and again.</summary>
    private async Task ElectBesideAsync(int port)
    {
        var ghost = AnnouncementCodec.Write(
            VotingStart.ClusterIdOf("test"), new VotingMember(new MemberId(666), "ghost", "127.0.0.1", port, 1));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        var target = new IPEndPoint(IPAddress.Parse("127.255.255.255"), _network.BroadcastPort);
        var nodes = new List<VotingNode>();
        foreach (var name in new[] { "A", "B", "C" }) nodes.Add(await _network.StartAsync(name));
        await VotingNetwork.UntilAsync(
            () =>
            {
                sender.SendTo(ghost, target);
                return nodes[0].Status.Role == VotingRole.Master && nodes.All(node => node.Status is { Master: "A", Connected.Count: 2 });
            },
            "the three elect one of them");
        nodes.ShouldAllBe(node => !node.Status.Connected.Contains("ghost"));
        var left = nodes[0].DispatchAsync();
        await left.WaitAsync(Eventually.Deadline);
        await VotingNetwork.UntilMasterAsync(nodes[1], nodes[2]);
    }

    private static async Task ServeAsync(Socket listening, CancellationToken stopping)
    {
        var accepted = new List<RawPeer>();
        try
        {
            while (true)
            {
                var socket = await listening.AcceptAsync(stopping);
                var raw = new RawPeer(socket);
                accepted.Add(raw);
                var hello = await raw.ReadAsync(ActorQuorum.Transport.Wire.Hello.Parser);
                await raw.SendAsync(RawPeer.Accept(hello));
            }
        }
        catch (OperationCanceledException)
        {
            accepted.ForEach(raw => raw.Dispose());
        }
    }
}
