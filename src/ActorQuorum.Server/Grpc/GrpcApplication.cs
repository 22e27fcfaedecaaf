using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using ActorQuorum.Server.Etcd;
using ActorQuorum.Server.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace ActorQuorum.Server.Grpc;

/// <summary>gRPC's unary calls straight on Kestrel's features: no middleware or context object between socket and method.</summary>
/// <param name="methods">The methods by their paths.</param>
/// <param name="messageLimitBytes">The largest message of a client.</param>
/// <param name="budget">What all requests under way may take.</param>
/// <param name="instruments">Counts the calls.</param>
/// <param name="log">For what is the server's own fault.</param>
internal sealed class GrpcApplication(
    FrozenDictionary<string, GrpcMethod> methods, int messageLimitBytes, ByteBudget budget, ServerInstruments instruments, ILogger log)
{
    /// <summary>The room that stays free before each message.</summary>
    public const int PrefixBytes = StateMachines.Command.PrefixBytes;

    private static readonly StringValues s_contentType = "application/grpc";
    private static readonly StringValues s_statusOk = "0";

    /// <summary>Answers one call.</summary>
    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        if (!IsGrpc(request, out var httpStatus))
        {
            response.StatusCode = httpStatus;
            return;
        }

        response.Headers.ContentType = s_contentType;
        var aborted = context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        try
        {
            var began = Stopwatch.GetTimestamp();
            var reply = await AnswerAsync(context, request, aborted);
            instruments.Answered(ServerInstruments.Grpc, methods.ContainsKey(request.Path) ? request.Path : null, reply.Status.Code, began);
            if (reply.Status.Code == GrpcCode.Ok)
            {
                await WriteAsync(context, reply, aborted);
            }
            else
            {
                // No message comes: the status stands in the only headers ("trailers-only").
                response.Headers["grpc-status"] = ((int)reply.Status.Code).ToString(CultureInfo.InvariantCulture);
                response.Headers["grpc-message"] = reply.Status.EncodedMessage();
            }
        }
        catch (Exception gone) when (CallFailure.IsGone(gone, aborted))
        {
            // The client has gone: there is nobody to answer.
        }
        catch (StalledClientException stalled)
        {
            log.LogWarning("The call of {Client} was cut off: {Reason}", context.Get<IHttpConnectionFeature>()?.RemoteIpAddress, stalled.Message);
            context.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
        }
    }

    /// <summary>Writes an answer, and behind it how the call ended: an answer of many messages may break off.</summary>
    private static async ValueTask WriteAsync(IFeatureCollection context, GrpcReply reply, CancellationToken aborted)
    {
        var trailers = context.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers;
        try
        {
            await reply.WriteMessageAsync(context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer, aborted);
            trailers["grpc-status"] = s_statusOk;
        }
        catch (QuorumException broken)
        {
            var status = ErrorTable.StatusOf(broken.Error);
            trailers["grpc-status"] = ((int)status.Code).ToString(CultureInfo.InvariantCulture);
            trailers["grpc-message"] = status.EncodedMessage();
        }
    }

    private static bool IsGrpc(IHttpRequestFeature request, out int httpStatus)
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            httpStatus = StatusCodes.Status405MethodNotAllowed;
            return false;
        }

        var contentType = request.Headers.ContentType.ToString();
        httpStatus = StatusCodes.Status415UnsupportedMediaType;
        return contentType.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
            && (contentType.Length == "application/grpc".Length || contentType["application/grpc".Length] is '+' or ';');
    }

    private async ValueTask<GrpcReply> AnswerAsync(IFeatureCollection context, IHttpRequestFeature request, CancellationToken aborted)
    {
        if (!methods.TryGetValue(request.Path, out var method))
        {
            return Failure(GrpcCode.Unimplemented, $"{request.Path} is not implemented by this server");
        }

        var header = request.Headers["grpc-timeout"];
        if (header.Count == 0)
        {
            return await CallAsync(context, method, aborted, CancellationToken.None);
        }

        if (!GrpcTimeout.TryParse(header.ToString(), out var timeout))
        {
            return Failure(GrpcCode.Internal, $"grpc: the header grpc-timeout is malformed: '{header}'");
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        deadline.CancelAfter(timeout);
        return await CallAsync(context, method, aborted, deadline.Token);
    }

    private async ValueTask<GrpcReply> CallAsync(
        IFeatureCollection context, GrpcMethod method, CancellationToken aborted, CancellationToken deadline)
    {
        var cancelled = deadline.CanBeCanceled ? deadline : aborted;
        using var message = new UnaryMessage(PrefixBytes, messageLimitBytes, budget);
        try
        {
            var reader = context.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
            var status = await message.ReadAsync(reader, cancelled);
            return status.Code == GrpcCode.Ok ? await method(message.Buffer!, cancelled) : GrpcReply.Failure(status);
        }
        catch (Exception error) when (!CallFailure.IsGone(error, aborted))
        {
            return GrpcReply.Failure(CallFailure.StatusOf(error, log, deadline));
        }
    }

    private static GrpcReply Failure(GrpcCode code, string message) => GrpcReply.Failure(new GrpcStatus(code, message));
}
