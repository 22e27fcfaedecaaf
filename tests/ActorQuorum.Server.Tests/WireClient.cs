using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace ActorQuorum.Server.Tests;

/// <summary>What came back: the HTTP status, gRPC's status, and the frame's bytes.</summary>
internal sealed record WireReply(HttpStatusCode Http, int? Code, string? Message, byte[] Body)
{
    /// <summary>The frame's message.</summary>
    public T Read<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        Code.ShouldBe(0, Message);
        Body[0].ShouldBe((byte)0);
        BinaryPrimitives.ReadUInt32BigEndian(Body.AsSpan(1)).ShouldBe((uint)Body.Length - 5);
        return parser.ParseFrom(Body, 5, Body.Length - 5);
    }
}

/// <summary>Calls over plain HTTP/2, so that a test can send what no gRPC library would.</summary>
internal sealed class WireClient(string address) : IDisposable
{
    private readonly HttpClient _http = new()
    {
        BaseAddress = new Uri("http://" + address),
        Timeout = TimeSpan.FromSeconds(60),
    };

    public static byte[] Frame(IMessage message) => Frame(message.ToByteArray());

    public static byte[] Frame(byte[] message, byte flag = 0, uint? claimedLength = null)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), claimedLength ?? (uint)message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public Task<WireReply> CallAsync(string path, IMessage message, CancellationToken cancellationToken = default) =>
        SendAsync(path, Frame(message), cancellationToken: cancellationToken);

    public Task<WireReply> SendAsync(
        string path,
        byte[] body,
        string contentType = "application/grpc",
        string? timeout = null,
        CancellationToken cancellationToken = default)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return SendAsync(HttpMethod.Post, path, content, timeout, cancellationToken);
    }

    public async Task<WireReply> SendAsync(
        HttpMethod method, string path, HttpContent? content, string? timeout = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = content, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.ParseAdd("trailers");
        if (timeout is not null)
        {
            request.Headers.Add("grpc-timeout", timeout);
        }

        using var response = await _http.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var code = Find(response, "grpc-status");
        return new WireReply(
            response.StatusCode, code is null ? null : int.Parse(code, CultureInfo.InvariantCulture), Find(response, "grpc-message"), body);
    }

    public void Dispose() => _http.Dispose();

    private static string? Find(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var found) || response.Headers.TryGetValues(name, out found)
            ? found.Single()
            : null;
}
