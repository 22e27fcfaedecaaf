using System.Buffers;
using System.Text;
using System.Text.Json;
using ActorQuorum.Server.Grpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ActorQuorum.Server.Http;

/// <summary>A whole answer in plain HTTP.</summary>
/// <param name="Status">HTTP's status.</param>
/// <param name="ContentType">What the body is.</param>
/// <param name="Body">The body.</param>
internal readonly record struct HttpReply(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    private const string PlainText = "text/plain; charset=utf-8";
    private const string Json = "application/json";

    /// <summary>The one method that the path takes, if that is what was wrong.</summary>
    public string? Allow { get; init; }

    /// <summary>The outcome of the call that this answers.</summary>
    public GrpcCode Code { get; init; }

    /// <summary>No such page, in etcd's words.</summary>
    public static HttpReply NotFound(bool isBelowGateway) =>
        Text(StatusCodes.Status404NotFound, isBelowGateway ? "Not Found\n" : "404 page not found\n");

    /// <summary>The path takes another method.</summary>
    public static HttpReply MethodNotAllowed(string? allow) =>
        Text(StatusCodes.Status405MethodNotAllowed, "Method Not Allowed\n") with { Allow = allow };

    /// <summary>A text.</summary>
    public static HttpReply Text(int status, string text) => new(status, PlainText, Encoding.UTF8.GetBytes(text));

    /// <summary>A JSON text.</summary>
    public static HttpReply JsonText(int status, string json) => new(status, Json, Encoding.UTF8.GetBytes(json));

    /// <summary>A JSON text that is at hand as bytes.</summary>
    public static HttpReply JsonBytes(ReadOnlyMemory<byte> json) => new(StatusCodes.Status200OK, Json, json);

    /// <summary>A call that failed: the body and the HTTP status that etcd's gateway makes of it.</summary>
    public static HttpReply Failure(GrpcStatus status)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("error", status.Message);
            writer.WriteString("message", status.Message);
            writer.WriteNumber("code", (int)status.Code);
            writer.WriteEndObject();
        }

        return new HttpReply(HttpStatusOf(status.Code), Json, body.WrittenMemory) { Code = status.Code };
    }

    /// <summary>Sends the answer.</summary>
    public async ValueTask SendAsync(IFeatureCollection context, CancellationToken cancellationToken)
    {
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = Status;
        response.Headers.ContentType = ContentType;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentLength = Body.Length;
        if (Allow is not null)
        {
            response.Headers.Allow = Allow;
        }

        await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(Body, cancellationToken);
    }

    private static int HttpStatusOf(GrpcCode code) => code switch
    {
        GrpcCode.Ok => StatusCodes.Status200OK,
        GrpcCode.Cancelled => StatusCodes.Status408RequestTimeout,
        GrpcCode.InvalidArgument or GrpcCode.OutOfRange => StatusCodes.Status400BadRequest,
        GrpcCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        GrpcCode.NotFound => StatusCodes.Status404NotFound,
        GrpcCode.FailedPrecondition => StatusCodes.Status412PreconditionFailed,
        GrpcCode.Aborted => StatusCodes.Status409Conflict,
        GrpcCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        GrpcCode.Unimplemented => StatusCodes.Status501NotImplemented,
        GrpcCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
