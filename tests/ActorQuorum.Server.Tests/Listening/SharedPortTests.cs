using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorQuorum.Configuration;
using ActorQuorum.StateMachines.Etcd;
using ActorQuorum.Server.Listening;
using ActorQuorum.Server.Tests.Http;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ActorQuorum.Server.Tests.Listening;

[Trait("Row", "RN-8")]
public sealed class SharedPortTests
{
    private static readonly TimeSpan s_longEnough = TimeSpan.FromSeconds(30);
    private static readonly PutRequest s_put = new() { Key = ByteString.CopyFromUtf8("k") };

    [Fact]
    public async Task Both_protocols_are_spoken_at_one_port()
    {
        await using var door = await Door.OpenAsync();
        using var json = new JsonClient(door.Server.Address);
        for (var i = 0; i < 3; i++)
        {
            (await door.Client.CallAsync(Door.Put, s_put)).Code.ShouldBe(0);
            (await json.PostAsync("/v3/kv/range", """{"key":"aw=="}""")).Status.ShouldBe(200);
        }
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_answered()
    {
        await using var door = await Door.OpenAsync();
        using var client = await ConnectAsync(door);
        client.NoDelay = true;
        foreach (var letter in "POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray())
        {
            await client.GetStream().WriteAsync(new[] { letter });
        }

        (await ReadToEndAsync(client)).ShouldStartWith("HTTP/1.1 404 Not Found\r\n");
    }

    [Fact]
    public async Task A_body_that_ends_too_early_reaches_no_node_and_gives_its_memory_back()
    {
        await using var door = await Door.OpenAsync();
        using var client = await ConnectAsync(door);
        await client.GetStream().WriteAsync("POST /v3/kv/put HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\n{\"key\":"u8.ToArray());
        await Eventually.ShouldBeAsync(() => door.Server.Budget.TakenBytes > 0, "it is being read");
        client.Dispose();
        await Eventually.ShouldBeAsync(() => door.Server.Budget.TakenBytes == 0, "its memory is given back");
        door.Node.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task A_connection_that_says_too_little_is_closed_in_time()
    {
        await using var port = await RawPort.OpenAsync(mostConnections: 10, patience: TimeSpan.FromMilliseconds(1));
        using var silent = await port.ConnectAsync();
        using var half = await port.ConnectAsync();
        await half.GetStream().WriteAsync("PRI * HT"u8.ToArray());
        (await ReadToEndAsync(silent)).ShouldBe("");
        (await ReadToEndAsync(half)).ShouldBe("");
        await Eventually.ShouldBeAsync(() => port.Port.Connections == 0, "their places are free");
    }

    [Fact]
    public async Task A_connection_that_ends_before_its_first_byte_is_nobodys()
    {
        await using var port = await RawPort.OpenAsync(mostConnections: 10, patience: s_longEnough);
        (await port.ConnectAsync()).Dispose();
        await Eventually.ShouldBeAsync(() => port.Accepted == 1 && port.Port.Connections == 0, "its place is free");
    }

    [Theory]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", true)]
    [InlineData("PRI * HTTP/2.0\r\n", true)]
    [InlineData("PRI * HTTP/1.1\r\n", false)]
    [InlineData("POST ", false)]
    [InlineData("G", false)]
    [InlineData("\u0000", false)]
    public async Task The_first_bytes_tell_the_protocol_and_are_left_for_it(string bytes, bool isHttp2)
    {
        await using var port = await RawPort.OpenAsync(mostConnections: 10, patience: s_longEnough);
        using var client = await port.ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(bytes));
        var accepted = await (isHttp2 ? port.Http2 : port.Http1).AcceptAsync().AsTask().WaitAsync(s_longEnough);
        var read = await accepted!.Transport.Input.ReadAsync();
        Encoding.ASCII.GetString(read.Buffer.FirstSpan).ShouldBe(bytes);
        accepted.Transport.Input.AdvanceTo(read.Buffer.End);
        await accepted.DisposeAsync();
    }

    [Fact]
    public async Task Connections_of_both_protocols_share_one_bound()
    {
        await using var door = await Door.OpenAsync(new LimitOptions { PendingRequests = 2 });
        using var json = new JsonClient(door.Server.Address);
        (await door.Client.CallAsync(Door.Put, s_put)).Code.ShouldBe(0);
        (await json.GetAsync("/version")).Status.ShouldBe(200);
        door.Server.Connections.ShouldBe(2);

        (await AnswerToAThirdAsync(door)).ShouldBe("");
        (await door.Client.CallAsync(Door.Put, s_put)).Code.ShouldBe(0);

        json.Dispose();
        await Eventually.ShouldBeAsync(() => door.Server.Connections == 1, "a place is free");
        using var next = new JsonClient(door.Server.Address);
        (await next.GetAsync("/version")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_stop_closes_those_that_have_not_spoken()
    {
        await using var door = await Door.OpenAsync();
        using var silent = await ConnectAsync(door);
        await Eventually.ShouldBeAsync(() => door.Server.Connections == 1, "it is accepted");
        await door.Server.StopAsync().WaitAsync(s_longEnough);
        (await ReadToEndAsync(silent)).ShouldBe("");
    }

    [Fact]
    public async Task Grpc_over_http_1_finds_nothing()
    {
        await using var door = await Door.OpenAsync();
        using var json = new JsonClient(door.Server.Address);
        var content = new ByteArrayContent(WireClient.Frame(s_put));
        content.Headers.ContentType = new("application/grpc");
        (await json.SendAsync(HttpMethod.Post, Door.Put, content)).Status.ShouldBe(404);
        door.Node.Requests.ShouldBe(0);
    }

    private static async Task<string> AnswerToAThirdAsync(Door door)
    {
        try
        {
            using var third = await ConnectAsync(door);
            await third.GetStream().WriteAsync("GET /version HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"u8.ToArray());
            return await ReadToEndAsync(third);
        }
        catch (Exception reset) when (reset is IOException or SocketException)
        {
            // Reset even before it had asked.
            return "";
        }
    }

    private static async Task<TcpClient> ConnectAsync(Door door)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(door.Server.Address));
        return client;
    }

    private static async Task<string> ReadToEndAsync(TcpClient client)
    {
        using var deadline = new CancellationTokenSource(s_longEnough);
        var answer = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(answer, deadline.Token);
        }
        catch (Exception reset) when (reset is IOException or SocketException)
        {
            // Reset instead of closed.
        }

        return Encoding.ASCII.GetString(answer.ToArray());
    }

    /// <summary>A shared port without Kestrel above it.</summary>
    private sealed class RawPort : IConnectionListenerFactory, IAsyncDisposable
    {
        private readonly SocketTransportFactory _sockets = new(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        private int _accepted;

        public required SharedPort Port { get; set; }

        public IConnectionListener Http1 { get; private set; } = null!;

        public IConnectionListener Http2 { get; private set; } = null!;

        public int Accepted => Volatile.Read(ref _accepted);

        public static async Task<RawPort> OpenAsync(int mostConnections, TimeSpan patience)
        {
            var raw = new RawPort { Port = null! };
            raw.Port = new SharedPort(raw, mostConnections, patience, TimeProvider.System);
            raw.Http2 = await raw.Port.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
            raw.Http1 = await raw.Port.BindAsync(new Http1EndPoint());
            return raw;
        }

        public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            new Counting(this, await _sockets.BindAsync(endpoint, cancellationToken));

        public async Task<TcpClient> ConnectAsync()
        {
            var client = new TcpClient();
            await client.ConnectAsync((IPEndPoint)Http2.EndPoint);
            return client;
        }

        public async ValueTask DisposeAsync()
        {
            await Http2.DisposeAsync();
            await Http1.DisposeAsync();
            Port.Dispose();
        }

        private sealed class Counting(RawPort raw, IConnectionListener inner) : IConnectionListener
        {
            public EndPoint EndPoint => inner.EndPoint;

            public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
            {
                var accepted = await inner.AcceptAsync(cancellationToken);
                Interlocked.Increment(ref raw._accepted);
                return accepted;
            }

            public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
