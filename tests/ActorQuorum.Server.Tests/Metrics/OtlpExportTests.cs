using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorQuorum.Configuration;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Server.Tests.Metrics;

/// <summary>A collector on loopback that takes what is sent to it.</summary>
public sealed class OtlpExportTests
{
    [Fact]
    public async Task Metrics_of_the_one_node_are_sent_to_the_collector()
    {
        using var collector = new Collector();
        await using var stranger = await Door.OpenAsync();
        await using var server = await StartAsync(collector.Endpoint);
        await stranger.Client.CallAsync(Door.DeleteRange, new DeleteRangeRequest { Key = ByteString.CopyFromUtf8("k") });
        using var client = new WireClient(server.Address);
        (await client.CallAsync(Door.Put, new PutRequest { Key = ByteString.CopyFromUtf8("k") })).Code.ShouldBe(0);

        var (head, body) = await collector.Received.WaitAsync(TimeSpan.FromSeconds(30));
        head.ShouldStartWith("POST /v1/metrics HTTP/1.1\r\n");
        head.ShouldContain("Content-Type: application/x-protobuf", Case.Insensitive);
        foreach (var sent in new[] { "service.name", "actorquorum", "service.instance.id", "n1", "actorquorum.server.requests", "/etcdserverpb.KV/Put" })
        {
            body.ShouldContain(sent);
        }

        body.ShouldNotContain("KV/DeleteRange", customMessage: "that is another node's");
    }

    [Fact]
    public async Task A_collector_that_is_down_holds_nothing_up()
    {
        using var closed = new Collector();
        var endpoint = closed.Endpoint;
        closed.Dispose();
        var server = await StartAsync(endpoint);
        using var client = new WireClient(server.Address);
        (await client.CallAsync(Door.Put, new PutRequest { Key = ByteString.CopyFromUtf8("k") })).Code.ShouldBe(0);
        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static Task<EtcdServer> StartAsync(Uri endpoint) => EtcdServer.StartAsync(
        new FakeNode(), "127.0.0.1:0", new LimitOptions(),
        new MetricsOptions { Otlp = new OtlpOptions { Endpoint = endpoint, Interval = TimeSpan.FromSeconds(1) } },
        NullLoggerFactory.Instance, CancellationToken.None);

    /// <summary>Reads the first request that names a method of ours, and answers all with 200.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource<(string Head, string Body)> _received = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Collector()
        {
            _listener.Start();
            Endpoint = new Uri($"http://{_listener.LocalEndpoint}/v1/metrics");
            _ = ServeAsync();
        }

        public Uri Endpoint { get; }

        public Task<(string Head, string Body)> Received => _received.Task;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var connection = await _listener.AcceptTcpClientAsync();
                    var stream = connection.GetStream();
                    var (head, body) = await ReadAsync(stream);
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                    if (body.Contains("KV/Put", StringComparison.Ordinal)) _received.TrySetResult((head, body));
                }
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over.
            }
        }

        /// <summary>Latin-1, so that texts within the protobuf can be searched for.</summary>
        private static async Task<(string Head, string Body)> ReadAsync(NetworkStream stream)
        {
            const string Length = "Content-Length: ";
            var text = "";
            var buffer = new byte[64 << 10];
            while (true)
            {
                var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (end >= 0)
                {
                    var head = text[..(end + 4)];
                    var at = head.IndexOf(Length, StringComparison.OrdinalIgnoreCase) + Length.Length;
                    var length = int.Parse(head[at..head.IndexOf("\r\n", at, StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
                    if (text.Length - head.Length >= length) return (head, text[head.Length..]);
                }

                var read = await stream.ReadAsync(buffer);
                if (read == 0) throw new IOException("the request ended too early");
                text += Encoding.Latin1.GetString(buffer, 0, read);
            }
        }
    }
}
