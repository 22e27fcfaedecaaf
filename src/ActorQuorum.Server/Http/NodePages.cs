using ActorQuorum.Metrics;
using ActorQuorum.Server.Etcd;
using ActorQuorum.Server.Metrics;
using Microsoft.AspNetCore.Http;

namespace ActorQuorum.Server.Http;

/// <summary>What a monitor or a script asks a node with GET.</summary>
/// <param name="node">The node behind this door.</param>
/// <param name="metrics">Its instruments.</param>
internal sealed class NodePages(IQuorumNode node, MetricReader metrics)
{
    // etcd's: a node that needs longer to confirm its view is of no use to those who ask.
    private static readonly TimeSpan s_healthPatience = TimeSpan.FromSeconds(1);

    /// <summary>The page of a path, or null.</summary>
    public Func<CancellationToken, ValueTask<HttpReply>>? Find(string path) => path switch
    {
        "/health" => HealthAsync,
        "/version" => VersionAsync,
        "/metrics" => MetricsAsync,
        _ => null,
    };

    /// <summary>Whether the node has a leader and a quorum stands behind it, as etcd's: asked, and not taken from what was last heard.</summary>
    private async ValueTask<HttpReply> HealthAsync(CancellationToken cancellationToken) =>
        !node.Status.Leader.IsNone && await CanReadAsync(cancellationToken)
            ? HttpReply.JsonText(StatusCodes.Status200OK, """{"health":"true"}""")
            : HttpReply.JsonText(StatusCodes.Status503ServiceUnavailable, """{"health":"false"}""");

    private async ValueTask<bool> CanReadAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_healthPatience);
        try
        {
            await node.QueryAsync(ClusterService.Probe, Consistency.Linearizable, patience.Token);
            return true;
        }
        catch (Exception e) when (e is QuorumException or OperationCanceledException)
        {
            return false;
        }
    }

    private ValueTask<HttpReply> MetricsAsync(CancellationToken cancellationToken) => ValueTask.FromResult(
        HttpReply.Text(StatusCodes.Status200OK, PrometheusText.Write(metrics.Collect())) with { ContentType = PrometheusText.ContentType });

    private ValueTask<HttpReply> VersionAsync(CancellationToken cancellationToken) => ValueTask.FromResult(HttpReply.JsonText(
        StatusCodes.Status200OK,
        $$"""{"etcdserver":"{{MaintenanceService.ApiVersion}}","etcdcluster":"{{MaintenanceService.ApiVersion}}"}"""));
}
