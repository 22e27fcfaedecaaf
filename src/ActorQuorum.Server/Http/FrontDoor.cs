using ActorQuorum.Server.Grpc;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ActorQuorum.Server.Http;

/// <summary>All that comes in at a node's client address: gRPC, the JSON gateway, and the pages for monitors.</summary>
/// <param name="grpc">Answers gRPC.</param>
/// <param name="gateway">Answers JSON.</param>
/// <param name="pages">Answers GET.</param>
internal sealed class FrontDoor(GrpcApplication grpc, JsonGateway gateway, NodePages pages) : IHttpApplication<IFeatureCollection>
{
    /// <inheritdoc/>
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    /// <inheritdoc/>
    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    /// <inheritdoc/>
    public Task ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var page = pages.Find(request.Path);
        return page is null && !JsonGateway.Owns(request.Path) && HttpProtocol.IsHttp2(request.Protocol)
            ? grpc.ProcessRequestAsync(context)
            : ProcessPlainAsync(context, request, page);
    }

    private async Task ProcessPlainAsync(
        IFeatureCollection context, IHttpRequestFeature request, Func<CancellationToken, ValueTask<HttpReply>>? page)
    {
        var aborted = context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        try
        {
            var reply = await AnswerAsync(context, request, page, aborted);
            await reply.SendAsync(context, aborted);
        }
        catch (Exception gone) when (CallFailure.IsGone(gone, aborted))
        {
            // The client has gone: there is nobody to answer.
        }
    }

    private ValueTask<HttpReply> AnswerAsync(
        IFeatureCollection context, IHttpRequestFeature request, Func<CancellationToken, ValueTask<HttpReply>>? page, CancellationToken aborted)
    {
        if (page is not null)
        {
            return HttpMethods.IsGet(request.Method) ? page(aborted) : ValueTask.FromResult(HttpReply.MethodNotAllowed("GET"));
        }

        return JsonGateway.Owns(request.Path)
            ? gateway.AnswerAsync(context, request, aborted)
            : ValueTask.FromResult(HttpReply.NotFound(isBelowGateway: false));
    }
}
