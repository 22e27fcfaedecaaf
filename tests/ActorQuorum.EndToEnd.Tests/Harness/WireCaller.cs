using System.Net;
using System.Net.Http.Headers;
using ActorQuorum.Cli.Client;
using Google.Protobuf;

namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>What a gRPC call came to: its code, its text, and with success its message.</summary>
internal sealed record WireAnswer(int Code, string Text, IMessage? Message);

/// <summary>Unary gRPC calls whose every answer, refusals too, is given as it came.</summary>
internal sealed class WireCaller(string address) : IDisposable
{
    private const int FrameHeaderBytes = 5;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new Uri("http://" + address),
        Timeout = TimeSpan.FromSeconds(30),
    };

    public async Task<WireAnswer> CallAsync(string method, IMessage request, MessageParser parser)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(GrpcFrame.Encode(request)),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        message.Headers.TE.ParseAdd("trailers");
        using var response = await _http.SendAsync(message);
        var frame = await response.Content.ReadAsByteArrayAsync();
        var status = GrpcStatus.Of(response.TrailingHeaders) ?? GrpcStatus.Of(response.Headers)
            ?? throw new InvalidDataException($"{address} answers HTTP {(int)response.StatusCode} without an outcome");
        return status.Code == GrpcStatus.Ok
            ? new WireAnswer(status.Code, "", parser.ParseFrom(frame, FrameHeaderBytes, frame.Length - FrameHeaderBytes))
            : new WireAnswer(status.Code, status.Message, null);
    }

    public void Dispose() => _http.Dispose();
}
