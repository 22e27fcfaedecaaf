using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using ActorQuorum.Cli.Client;
using ActorQuorum.EndToEnd.Tests.Harness;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Wire;

namespace ActorQuorum.EndToEnd.Tests.BadInput;

/// <summary>A caller that greets properly and then announces more bytes than a machine has.</summary>
[Trait("Row", "RN-8")]
public sealed class HugeFrameTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly RealCluster _cluster = three.Cluster;

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(uint.MaxValue)]
    [InlineData(64u << 20)]
    public async Task A_peer_that_announces_a_huge_frame_is_cut_off(uint lengthBytes)
    {
        var (victim, caller) = (_cluster.Nodes[0], _cluster.Nodes[1]);
        var views = (Victim: await victim.StatusAsync(), Caller: await caller.StatusAsync());
        using var deadline = new CancellationTokenSource(Patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(victim.PeerAddress), deadline.Token);
        var hello = new Hello
        {
            ProtocolVersion = PeerGreeting.ProtocolVersion,
            ClusterId = views.Victim!.Header.ClusterId,
            From = views.Caller!.Header.MemberId,
            To = views.Victim.Header.MemberId,
            Incarnation = 1,
            Name = caller.Name,
        };
        await PeerGreeting.SendAsync(socket, hello, deadline.Token);
        (await socket.ReceiveAsync(new byte[4096], deadline.Token)).ShouldBePositive("the hello is answered");

        var prefix = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(prefix, lengthBytes);
        await socket.SendAsync(prefix, deadline.Token);

        await IsCutOffAsync(socket, deadline.Token);
        await AllServeAsync($"peer/{lengthBytes}");
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(uint.MaxValue)]
    [InlineData(64u << 20)]
    public async Task A_client_that_announces_a_huge_message_is_refused(uint lengthBytes)
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var header = new byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(1), lengthBytes);
        using var content = new ByteArrayContent(header) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{_cluster.Nodes[0].ClientAddress}/etcdserverpb.KV/Put")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };

        using var answer = await http.SendAsync(request, deadline.Token);
        await answer.Content.ReadAsByteArrayAsync(deadline.Token);

        var outcome = answer.TrailingHeaders.Concat(answer.Headers).Where(pair => pair.Key == "grpc-status").SelectMany(pair => pair.Value);
        outcome.ShouldHaveSingleItem().ShouldNotBe("0");
        await AllServeAsync($"client/{lengthBytes}");
    }

    private async Task AllServeAsync(string key)
    {
        foreach (var node in _cluster.Nodes)
        {
            // The false caller took the true one's connection, and with it perhaps an answer under way: that may be asked for again.
            await Eventually.HoldsAsync($"{node.Name} serves", () => ServesAsync(node, key), _cluster.Describe);
            node.IsRunning.ShouldBeTrue(node.Process!.ToString());
        }
    }

    private static async Task<bool> ServesAsync(RealNode node, string key)
    {
        try
        {
            await node.PutAsync(key, node.Name);
            return await node.GetAsync(key) == node.Name;
        }
        catch (CallFailedException e) when (e.Failure is CallFailure.Unavailable or CallFailure.NotTaken)
        {
            return false;
        }
    }

    private static async Task IsCutOffAsync(Socket socket, CancellationToken deadline)
    {
        try
        {
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, deadline) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // A reset is as clear as an end.
        }
    }
}
