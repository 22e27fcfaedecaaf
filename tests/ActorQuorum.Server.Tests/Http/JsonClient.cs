using System.Net;
using System.Text;

namespace ActorQuorum.Server.Tests.Http;

/// <summary>What came back over plain HTTP.</summary>
internal sealed record JsonReply(int Status, string? ContentType, string Body, string? Allow = null);

/// <summary>Plain HTTP at a door: HTTP/1.1 unless said otherwise.</summary>
internal sealed class JsonClient(string address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new Uri("http://" + address), Timeout = TimeSpan.FromSeconds(60),
    };

    public Task<JsonReply> PostAsync(string path, string body, string? timeout = null) =>
        SendAsync(HttpMethod.Post, path, new ByteArrayContent(Encoding.UTF8.GetBytes(body)), timeout: timeout);

    public Task<JsonReply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public async Task<JsonReply> SendAsync(HttpMethod method, string path, HttpContent? content, Version? version = null, string? timeout = null)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = content, Version = version ?? HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (timeout is not null)
        {
            request.Headers.Add("Grpc-Timeout", timeout);
        }

        using var response = await _http.SendAsync(request);
        response.Version.ShouldBe(request.Version);
        return new JsonReply(
            (int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), await response.Content.ReadAsStringAsync(),
            response.Content.Headers.Allow.SingleOrDefault());
    }

    public void Dispose() => _http.Dispose();
}
