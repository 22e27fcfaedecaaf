using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;

namespace ActorQuorum.Cli.Client;

/// <summary>One node's client address: unary gRPC calls over HTTP/2 without TLS.</summary>
internal sealed class Endpoint : IDisposable
{
    private const int AnswerLimitBytes = 64 << 20;
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http;
    private volatile bool _isConnected;

    /// <param name="address">host:port</param>
    public Endpoint(string address)
    {
        Address = address;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false })
        {
            BaseAddress = new Uri("http://" + address),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public string Address { get; }

    /// <exception cref="CallFailedException">There is no answer, or it is an error.</exception>
    public async Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser, TimeSpan patience, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        try
        {
            using var message = Request(method, request, patience);
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return await AnswerAsync(response, parser, deadline.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw _isConnected
                ? new CallFailedException(CallFailure.AnswerLost, $"no answer in {patience.TotalSeconds:0.#} s", e)
                : new CallFailedException(CallFailure.NotSent, $"no connection in {patience.TotalSeconds:0.#} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or InvalidProtocolBufferException)
        {
            throw NotConnected(e) is { } cause
                ? new CallFailedException(CallFailure.NotSent, cause.Message, e)
                : new CallFailedException(CallFailure.AnswerLost, (e.InnerException ?? e).Message, e);
        }
    }

    /// <summary>A call whose answer is a stream of messages, each taken as it comes; it takes as long as it takes.</summary>
    /// <exception cref="CallFailedException">There is no answer, it is an error, or it broke off.</exception>
    public async Task StreamAsync<T>(
        string method, IMessage request, MessageParser<T> parser, Func<T, ValueTask> take, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        try
        {
            using var message = Request(method, request, null);
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (GrpcStatus.Of(response.Headers) is { Code: not GrpcStatus.Ok } early)
                throw early.ToException();
            if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != "application/grpc")
                throw new CallFailedException(CallFailure.Refused, $"no gRPC server: it answers HTTP {(int)response.StatusCode}");
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (await GrpcFrame.TryReadAsync(body, parser, AnswerLimitBytes, cancellationToken) is { } piece)
                await take(piece);
            if (GrpcStatus.Of(response.TrailingHeaders) is not { } late)
                throw new CallFailedException(CallFailure.AnswerLost, "the answer has no outcome");
            if (late.Code != GrpcStatus.Ok) throw late.ToException();
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or InvalidProtocolBufferException)
        {
            throw NotConnected(e) is { } cause
                ? new CallFailedException(CallFailure.NotSent, cause.Message, e)
                : new CallFailedException(CallFailure.AnswerLost, (e.InnerException ?? e).Message, e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(string method, IMessage request, TimeSpan? patience)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(GrpcFrame.Encode(request)),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (patience is { } limit) message.Headers.Add("grpc-timeout", ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "m");
        return message;
    }

    private static async Task<T> AnswerAsync<T>(HttpResponseMessage response, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        if (GrpcStatus.Of(response.Headers) is { Code: not GrpcStatus.Ok } early)
            throw early.ToException();
        if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != "application/grpc")
            throw new CallFailedException(CallFailure.Refused, $"no gRPC server: it answers HTTP {(int)response.StatusCode}");

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        T? answer = default;
        InvalidDataException? malformed = null;
        try
        {
            answer = await GrpcFrame.ReadAsync(body, parser, AnswerLimitBytes, cancellationToken);
            _ = await body.ReadAsync(new byte[1], cancellationToken); // The trailers come with the end of the stream.
        }
        catch (InvalidDataException e)
        {
            malformed = e;
        }

        return GrpcStatus.Of(response.TrailingHeaders) switch
        {
            { Code: not GrpcStatus.Ok } late => throw late.ToException(),
            null when malformed is null => throw new InvalidDataException("the answer has no outcome."),
            _ => malformed is null ? answer! : throw malformed,
        };
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(ConnectPatience);
            await socket.ConnectAsync(context.DnsEndPoint, patience.Token);
            _isConnected = true;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw new NotConnectedException(e is SocketException ? e.Message : $"no connection in {ConnectPatience.TotalSeconds:0.#} s", e);
        }
    }

    private static NotConnectedException? NotConnected(Exception? e)
    {
        while (e is not (null or NotConnectedException))
            e = e.InnerException;
        return e as NotConnectedException;
    }

    private sealed class NotConnectedException(string message, Exception cause) : IOException(message, cause);
}
