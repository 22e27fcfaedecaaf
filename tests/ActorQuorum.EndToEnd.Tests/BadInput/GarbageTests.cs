using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.BadInput;

/// <summary>Whatever arrives on a port, the node goes on.</summary>
[Trait("Row", "RN-8")]
public sealed class GarbageTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);
    private readonly RealCluster _cluster = three.Cluster;

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var what in (string[])["nothing", "random", "huge length", "negative length", "http/1", "half a preface"])
            {
                cases.Add(what, true);
                cases.Add(what, false);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Garbage_on_a_port_harms_nobody(string what, bool isClientPort)
    {
        foreach (var node in _cluster.Nodes)
            await ThrowAtAsync(isClientPort ? node.ClientAddress : node.PeerAddress, Garbage(what));

        foreach (var node in _cluster.Nodes)
        {
            node.IsRunning.ShouldBeTrue(node.Process!.ToString());
            await node.PutAsync("after/" + what, node.Name);
            (await node.GetAsync("after/" + what)).ShouldBe(node.Name);
        }
    }

    private static byte[] Garbage(string what)
    {
        var bytes = new byte[64 << 10];
        new Random(20261).NextBytes(bytes);
        switch (what)
        {
            case "nothing":
                return [];
            case "huge length":
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, int.MaxValue);
                return bytes;
            case "negative length":
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, uint.MaxValue);
                return bytes;
            case "http/1":
                return "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray();
            case "half a preface":
                return [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. bytes.AsSpan(0, 1000)];
            default:
                return bytes;
        }
    }

    private static async Task ThrowAtAsync(string address, byte[] garbage)
    {
        using var deadline = new CancellationTokenSource(AnswerPatience);
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(address), deadline.Token);
        await using var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(garbage, deadline.Token);
            client.Client.Shutdown(SocketShutdown.Send);
            var answer = new StringBuilder();
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, deadline.Token) is > 0 and var read)
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Cutting the connection short is a fine answer.
        }
    }
}
