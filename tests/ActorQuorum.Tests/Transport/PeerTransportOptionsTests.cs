using ActorQuorum.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Tests.Transport;

public class PeerTransportOptionsTests
{
    [Theory]
    [InlineData("127.0.0.1:7101", "127.0.0.1", 7101)]
    [InlineData("node-1.example:1", "node-1.example", 1)]
    [InlineData("[::1]:65535", "::1", 65535)]
    public void An_address_is_read_and_written_alike(string text, string host, int port)
    {
        var address = HostAndPort.Parse(text);
        address.ShouldBe(new HostAndPort(host, port));
        address.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData(":7101")]
    [InlineData("host:")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("::1:7101")]
    public void What_is_no_address_is_refused_with_an_example(string text) =>
        Should.Throw<ArgumentException>(() => HostAndPort.Parse(text)).Message.ShouldContain("127.0.0.1:7101");

    [Fact]
    public void Settings_that_cannot_be_are_refused_at_once()
    {
        var good = TestPeer.OptionsOf(1);
        var wrong = new[]
        {
            good with { Self = default },
            good with { Self = TestPeer.Member(2) },
            good with { Incarnation = 0 },
            good with { Name = new string('x', PeerTransportOptions.NameLimitBytes + 1) },
            good with { Listen = "nowhere" },
            good with { QueueMessages = 0 },
            good with { FrameSizeBytes = 0 },
            good with { QueueSizeBytes = good.FrameSizeBytes - 1 },
            good with { UngreetedConnections = 0 },
            good with { BackoffFloor = TimeSpan.FromSeconds(2) },
            good with { Peers = good.Peers.ToDictionary(p => p.Key, p => new PeerAddress("x", "127.0.0.1:0")) },
        };
        _ = new TcpPeerTransport(good, NullLogger.Instance);
        foreach (var options in wrong)
        {
            Should.Throw<ArgumentException>(() => new TcpPeerTransport(options, NullLogger.Instance));
        }
    }
}
