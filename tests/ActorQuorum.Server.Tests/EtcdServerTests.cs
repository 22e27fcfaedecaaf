using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Tests;

[Trait("Row", "RN-7")]
public sealed class EtcdServerTests
{
    private static readonly PutRequest s_put = new() { Key = ByteString.CopyFromUtf8("k") };

    [Fact]
    public async Task A_busy_port_is_named_with_what_to_do()
    {
        await using var door = await Door.OpenAsync();
        var error = await Should.ThrowAsync<IOException>(() => Door.StartAsync(new FakeNode(), door.Server.Address));
        error.Message.ShouldBe(
            $"The client address {door.Server.Address} is in use: another program listens there. "
            + "Stop it, or give this node another client address.");
    }

    [Fact]
    public async Task An_address_of_another_machine_is_refused()
    {
        var error = await Should.ThrowAsync<IOException>(() => Door.StartAsync(new FakeNode(), "192.0.2.1:2379"));
        error.Message.ShouldStartWith("Cannot listen at the client address 192.0.2.1:2379: ");
    }

    [Theory]
    [InlineData("")]
    [InlineData("2379")]
    [InlineData(":2379")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:70000")]
    public async Task An_address_has_to_be_host_and_port(string address) =>
        await Should.ThrowAsync<ArgumentException>(() => Door.StartAsync(new FakeNode(), address));

    [Fact]
    public async Task Localhost_is_an_address()
    {
        await using var server = await Door.StartAsync(new FakeNode(), "localhost:0");
        server.Address.ShouldStartWith("127.0.0.1:");
    }

    [Fact]
    public async Task A_stop_cuts_calls_that_hang_and_frees_the_port()
    {
        await using var door = await Door.OpenAsync();
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPEndPoint.Parse(door.Server.Address));
        door.Node.Holds = true;
        var hanging = door.Client.CallAsync(Door.Put, s_put);
        await Eventually.ShouldBeAsync(() => door.Node.Waiting == 1, "the call reaches the node");

        await Task.WhenAll(door.Server.StopAsync(), door.Server.StopAsync()).WaitAsync(TimeSpan.FromSeconds(30));
        await Should.ThrowAsync<HttpRequestException>(() => hanging);
        await Eventually.ShouldBeAsync(() => door.Node.Waiting == 0, "the node is told");

        await using var next = await Door.StartAsync(new FakeNode(), door.Server.Address);
        next.Address.ShouldBe(door.Server.Address);
    }

    [Fact]
    [Trait("Row", "RN-8")]
    public async Task Garbage_bytes_close_their_connection_and_the_server_goes_on()
    {
        await using var door = await Door.OpenAsync();
        var random = new Random(8);
        for (var i = 0; i < 20; i++)
        {
            var garbage = new byte[random.Next(24, 4000)];
            random.NextBytes(garbage);
            await SendRawAsync(door, garbage, halfCloses: true);
        }

        // Past the preface too: a frame of an absurd length.
        await SendRawAsync(door, [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1], halfCloses: false);
        (await door.Client.CallAsync(Door.Put, s_put)).Code.ShouldBe(0);
    }

    private static async Task<string> SendRawAsync(Door door, byte[] bytes, bool halfCloses)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(door.Server.Address));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var stream = client.GetStream();
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(bytes, deadline.Token);
            if (halfCloses)
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }

            await stream.CopyToAsync(answer, deadline.Token);
        }
        catch (Exception reset) when (reset is IOException or SocketException)
        {
            // Reset instead of closed: refused all the same.
        }

        return Encoding.ASCII.GetString(answer.ToArray());
    }
}
