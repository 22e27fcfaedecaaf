using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Wire;
using Google.Protobuf;

namespace ActorQuorum.Tests.Transport;

/// <summary>A socket that speaks the protocol by hand, so that it can also break it.</summary>
internal sealed class RawPeer(Socket socket) : IDisposable
{
    public Socket Socket => socket;

    public static async Task<RawPeer> DialAsync(TestPeer peer)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(peer.Transport.ListeningOn!).InTime();
        return new RawPeer(socket);
    }

    /// <summary>Dials as a member whose hello is in order.</summary>
    public static async Task<RawPeer> DialAsync(TestPeer peer, int asMember)
    {
        var raw = await DialAsync(peer);
        await raw.SendAsync(Hello(peer, asMember));
        (await raw.ReadAsync(HelloReply.Parser)).Accepted.ShouldBeTrue();
        return raw;
    }

    public static Hello Hello(TestPeer peer, int asMember) => new()
    {
        ProtocolVersion = 1, ClusterId = TestPeer.Cluster, From = (ulong)asMember, To = peer.Id.Value, Incarnation = 7, Name = $"n{asMember}",
    };

    public static (Socket Listening, string Address) Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return (socket, socket.LocalEndPoint!.ToString()!);
    }

    /// <summary>Accepts a transport's dial and answers its hello.</summary>
    public static async Task<(RawPeer Peer, Hello Hello)> AcceptAsync(Socket listening, Func<Hello, HelloReply>? answer = null)
    {
        var raw = new RawPeer(await listening.AcceptAsync().InTime());
        var hello = await raw.ReadAsync(ActorQuorum.Transport.Wire.Hello.Parser);
        await raw.SendAsync((answer ?? Accept)(hello));
        return (raw, hello);
    }

    public static HelloReply Accept(Hello hello) => new()
    {
        Accepted = true, ProtocolVersion = 1, ClusterId = hello.ClusterId, From = hello.To, Incarnation = 9, Name = "raw",
    };

    public Task SendAsync(PeerMessage message) => SendAsync(Generated.Frame(message));

    public Task SendAsync(IMessage message)
    {
        var frame = new byte[4 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - 4);
        message.WriteTo(frame.AsSpan(4));
        return SendAsync(frame);
    }

    public async Task SendAsync(byte[] bytes) => await socket.SendAsync(bytes).InTime();

    public async Task<T> ReadAsync<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        var prefix = await ReadAsync(4);
        return parser.ParseFrom(await ReadAsync(BinaryPrimitives.ReadInt32LittleEndian(prefix)));
    }

    /// <summary>Waits for the other side to close.</summary>
    public async Task ShouldBeClosedAsync()
    {
        try
        {
            (await socket.ReceiveAsync(new byte[1]).InTime()).ShouldBe(0);
        }
        catch (SocketException e)
        {
            e.SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        }
    }

    /// <summary>Waits for a refusal of the hello, and for the other side to close.</summary>
    public async Task ShouldBeRefusedAsync()
    {
        (await ReadAsync(HelloReply.Parser)).Accepted.ShouldBeFalse();
        await ShouldBeClosedAsync();
    }

    public void Dispose() => socket.Dispose();

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var received = await socket.ReceiveAsync(bytes.AsMemory(read)).AsTask().InTime();
            received.ShouldBeGreaterThan(0, "The connection was closed.");
            read += received;
        }

        return bytes;
    }
}
