using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics;
using ActorQuorum.Server.Grpc;
using ActorQuorum.Server.Json;
using ActorQuorum.Server.Metrics;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Server.Http;

/// <summary>etcd's JSON gateway: each path is a gRPC method, its body the request as JSON, the answer the response as JSON.</summary>
/// <param name="methods">The gRPC methods by their paths.</param>
/// <param name="messageLimitBytes">The largest message.</param>
/// <param name="budget">What all requests under way may take.</param>
/// <param name="instruments">Counts the calls.</param>
/// <param name="log">For what is the server's own fault.</param>
internal sealed class JsonGateway(
    FrozenDictionary<string, GrpcMethod> methods, int messageLimitBytes, ByteBudget budget, ServerInstruments instruments, ILogger log)
{
    private const int PrefixBytes = GrpcApplication.PrefixBytes;

    // Base64 makes four bytes of three; the rest is for names, white space, and fields that nobody knows.
    private const int JsonBytesPerByte = 2;

    // The answer stands three times in memory: as it came from the store, as a message, as JSON.
    private const int AnswerCopies = 3;
    private const int AnswerLimitBytes = 64 << 20;

    /// <summary>Whether a path is the gateway's, known or not.</summary>
    public static bool Owns(string path) =>
        path.StartsWith(GatewayRoutes.Prefix, StringComparison.Ordinal) || path.StartsWith(GatewayRoutes.OlderPrefix, StringComparison.Ordinal);

    /// <summary>Answers a request at a path of the gateway.</summary>
    public async ValueTask<HttpReply> AnswerAsync(IFeatureCollection context, IHttpRequestFeature request, CancellationToken aborted)
    {
        if (GatewayRoutes.Find(request.Path) is not { } route || !methods.TryGetValue(route.Method, out var method))
        {
            return HttpReply.NotFound(isBelowGateway: true);
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            return HttpReply.MethodNotAllowed(allow: null);
        }

        var began = Stopwatch.GetTimestamp();
        var reply = await AnswerAsync(context, request, route, method, aborted);
        instruments.Answered(ServerInstruments.Json, route.Method, reply.Code, began);
        return reply;
    }

    private async ValueTask<HttpReply> AnswerAsync(
        IFeatureCollection context, IHttpRequestFeature request, GatewayRoute route, GrpcMethod method, CancellationToken aborted)
    {
        var header = request.Headers["grpc-timeout"];
        if (header.Count == 0)
        {
            return await CallAsync(context, request, route, method, aborted, CancellationToken.None);
        }

        if (!GrpcTimeout.TryParse(header.ToString(), out var timeout))
        {
            return HttpReply.Failure(new GrpcStatus(GrpcCode.InvalidArgument, $"invalid grpc-timeout: {header}"));
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        deadline.CancelAfter(timeout);
        return await CallAsync(context, request, route, method, aborted, deadline.Token);
    }

    private async ValueTask<HttpReply> CallAsync(
        IFeatureCollection context, IHttpRequestFeature request, GatewayRoute route, GrpcMethod method, CancellationToken aborted, CancellationToken deadline)
    {
        var cancelled = deadline.CanBeCanceled ? deadline : aborted;
        using var body = new HttpBody(messageLimitBytes * JsonBytesPerByte, budget);
        try
        {
            var reader = context.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
            var status = await body.ReadAsync(reader, request.Headers.ContentLength, cancelled);
            if (status.Code != GrpcCode.Ok)
            {
                return HttpReply.Failure(status);
            }

            var message = route.NewRequest();
            JsonMessageReader.Read(body.Bytes, message);
            return await CallAsync(route, method, message, cancelled);
        }
        catch (BadJsonException bad)
        {
            return HttpReply.Failure(new GrpcStatus(GrpcCode.InvalidArgument, bad.Message));
        }
        catch (BadHttpRequestException bad)
        {
            // The body came too slowly, or ended too early: the client's fault, in HTTP's own terms.
            return HttpReply.Failure(new GrpcStatus(GrpcCode.Cancelled, $"actorquorum: {bad.Message}")) with { Status = bad.StatusCode };
        }
        catch (Exception error) when (!CallFailure.IsGone(error, aborted))
        {
            return HttpReply.Failure(CallFailure.StatusOf(error, log, deadline));
        }
    }

    private async ValueTask<HttpReply> CallAsync(GatewayRoute route, GrpcMethod method, IMessage message, CancellationToken cancelled)
    {
        var size = message.CalculateSize();
        if (size > messageLimitBytes)
        {
            return HttpReply.Failure(
                new GrpcStatus(GrpcCode.ResourceExhausted, $"grpc: received message larger than max ({size} vs. {messageLimitBytes})"));
        }

        var buffer = GC.AllocateUninitializedArray<byte>(PrefixBytes + size);
        message.WriteTo(buffer.AsSpan(PrefixBytes));
        var reply = await method(buffer, cancelled);
        return reply.Status.Code == GrpcCode.Ok ? Answer(route, reply) : HttpReply.Failure(reply.Status);
    }

    private HttpReply Answer(GatewayRoute route, GrpcReply reply)
    {
        var size = reply.Payload.Length;
        if (size > AnswerLimitBytes)
        {
            return HttpReply.Failure(new GrpcStatus(
                GrpcCode.ResourceExhausted, $"actorquorum: the answer of {size} bytes is over the {AnswerLimitBytes} that JSON carries; set a limit, or use gRPC"));
        }

        if (!budget.TryTake(size * AnswerCopies))
        {
            return HttpReply.Failure(new GrpcStatus(GrpcCode.ResourceExhausted, "etcdserver: too many requests"));
        }

        try
        {
            var bytes = new byte[reply.Header.FieldSize + size];
            reply.Header.WriteField(bytes.AsSpan(0, reply.Header.FieldSize));
            reply.Payload.CopyTo(bytes.AsMemory(reply.Header.FieldSize));
            var json = new ArrayBufferWriter<byte>(bytes.Length * 2);
            JsonMessageWriter.Write(route.ReadAnswer(bytes), json);
            return HttpReply.JsonBytes(json.WrittenMemory);
        }
        finally
        {
            budget.Return(size * AnswerCopies);
        }
    }
}
