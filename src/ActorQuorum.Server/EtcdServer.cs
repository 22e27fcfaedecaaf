using System.Collections.Frozen;
using System.Net.Sockets;
using ActorQuorum.Configuration;
using ActorQuorum.Server.Debug;
using ActorQuorum.Server.Etcd;
using ActorQuorum.Server.Grpc;
using ActorQuorum.Server.Http;
using ActorQuorum.Server.Listening;
using ActorQuorum.Server.Metrics;
using ActorQuorum.Server.Solo;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorQuorum.Server;

/// <summary>A node's door for clients, without TLS: etcd's v3 API over gRPC and, on the same port, over JSON; health, version and metrics.</summary>
public sealed class EtcdServer : IAsyncDisposable
{
    // What grpc-go gives a message above the largest request: room for its other fields.
    private const int MessageOverheadBytes = 512 << 10;

    // Requests under way, all together. Far above what a cluster can carry, far below what a machine has.
    private const long BudgetBytes = 256L << 20;

    // Calls under way get this long to end; then their connections are cut.
    private static readonly TimeSpan s_drainTime = TimeSpan.FromMilliseconds(300);

    // A connection says at once which protocol it speaks; one that does not holds a place for nothing.
    private static readonly TimeSpan s_firstLinePatience = TimeSpan.FromSeconds(10);

    private readonly KestrelServer _kestrel;
    private readonly SharedPort _port;
    private readonly NodeMetrics _metrics;
    private readonly Lazy<Task> _stop;

    private EtcdServer(KestrelServer kestrel, SharedPort port, ByteBudget budget, NodeMetrics metrics)
    {
        _metrics = metrics;
        _kestrel = kestrel;
        _port = port;
        Budget = budget;
        _stop = new Lazy<Task>(DrainAsync);
    }

    /// <summary>Where clients reach this server: host:port, the port as it was bound.</summary>
    public string Address { get; private set; } = "";

    /// <summary>How many connections there are now.</summary>
    internal int Connections => _port.Connections;

    /// <summary>The memory of the requests under way.</summary>
    internal ByteBudget Budget { get; }

    /// <summary>Listens at <paramref name="clientAddress"/> and answers from <paramref name="node"/>.</summary>
    /// <param name="node">The node.</param>
    /// <param name="clientAddress">host:port; with port 0 a free one is taken, see <see cref="Address"/>.</param>
    /// <param name="limits">Bounds on requests.</param>
    /// <param name="loggers">Where the server logs.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The listening server.</returns>
    /// <exception cref="ArgumentException">The address is not host:port.</exception>
    /// <exception cref="IOException">The address is in use, or is not of this machine.</exception>
    public static Task<EtcdServer> StartAsync(
        IQuorumNode node, string clientAddress, LimitOptions limits, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        StartAsync(node, clientAddress, limits, new MetricsOptions(), loggers, cancellationToken);

    /// <summary>Listens at <paramref name="clientAddress"/>, answers from <paramref name="node"/>, and sends its metrics where the options say.</summary>
    /// <param name="node">The node.</param>
    /// <param name="clientAddress">host:port; with port 0 a free one is taken, see <see cref="Address"/>.</param>
    /// <param name="limits">Bounds on requests.</param>
    /// <param name="metrics">Where metrics go besides <c>/metrics</c>.</param>
    /// <param name="loggers">Where the server logs.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The listening server.</returns>
    /// <exception cref="ArgumentException">The address is not host:port.</exception>
    /// <exception cref="IOException">The address is in use, or is not of this machine.</exception>
    public static Task<EtcdServer> StartAsync(
        IQuorumNode node, string clientAddress, LimitOptions limits, MetricsOptions metrics, ILoggerFactory loggers,
        CancellationToken cancellationToken) =>
        StartAsync(node, clientAddress, limits, metrics, loggers, TimeProvider.System, cancellationToken);

    /// <summary>The same, with a clock of the caller's by which clients that take nothing are cut off.</summary>
    internal static async Task<EtcdServer> StartAsync(
        IQuorumNode node, string clientAddress, LimitOptions limits, MetricsOptions metrics, ILoggerFactory loggers, TimeProvider time,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(loggers);
        var endPoint = await ClientAddress.ResolveAsync(clientAddress, cancellationToken);
        var budget = new ByteBudget(BudgetBytes);
        var nodeMetrics = new NodeMetrics(node, metrics, budget);
        var application = ApplicationOf(node, limits, budget, nodeMetrics, time, loggers.CreateLogger<EtcdServer>());
        var options = OptionsOf(limits);
        ListenOptions? door = null;
        options.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            door = listen;
        });
        options.Listen(new Http1EndPoint(), listen => listen.Protocols = HttpProtocols.Http1);
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        var port = new SharedPort(sockets, limits.PendingRequests, s_firstLinePatience, TimeProvider.System);
        var kestrel = new KestrelServer(Options.Create(options), port, loggers);
        try
        {
            await kestrel.StartAsync(application, cancellationToken);
        }
        catch (Exception cause)
        {
            kestrel.Dispose();
            port.Dispose();
            nodeMetrics.Dispose();
            if (cause is IOException or SocketException)
            {
                throw ClientAddress.CannotListen(clientAddress, cause);
            }

            throw;
        }

        nodeMetrics.Instruments.ShowConnections(() => port.Connections);
        return new EtcdServer(kestrel, port, budget, nodeMetrics) { Address = door!.IPEndPoint!.ToString() };
    }

    /// <summary>Stops listening, lets calls under way end for a moment, then closes every connection. Takes less than a second.</summary>
    /// <returns>Ends when everything is closed.</returns>
    public Task StopAsync() => _stop.Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private static FrontDoor ApplicationOf(
        IQuorumNode node, LimitOptions limits, ByteBudget budget, NodeMetrics metrics, TimeProvider time, ILogger log)
    {
        var methods = Methods(node, limits, time);
        var messageLimitBytes = limits.RequestSizeBytes + MessageOverheadBytes;
        return new FrontDoor(
            new GrpcApplication(methods, messageLimitBytes, budget, metrics.Instruments, log),
            new JsonGateway(methods, messageLimitBytes, budget, metrics.Instruments, log),
            new NodePages(node, metrics.Reader));
    }

    private static FrozenDictionary<string, GrpcMethod> Methods(IQuorumNode node, LimitOptions limits, TimeProvider time)
    {
        var keyValue = new KeyValueService(node, limits.RequestSizeBytes);
        var cluster = new ClusterService(node);
        var solo = new SoloService(node);
        var maintenance = new MaintenanceService(node, time);
        return new Dictionary<string, GrpcMethod>
        {
            ["/etcdserverpb.KV/Range"] = keyValue.RangeAsync,
            ["/etcdserverpb.KV/Put"] = keyValue.PutAsync,
            ["/etcdserverpb.KV/DeleteRange"] = keyValue.DeleteRangeAsync,
            ["/etcdserverpb.KV/Txn"] = keyValue.TxnAsync,
            ["/etcdserverpb.KV/Compact"] = keyValue.CompactAsync,
            ["/etcdserverpb.Cluster/MemberList"] = cluster.MemberListAsync,
            ["/etcdserverpb.Cluster/MemberAdd"] = cluster.MemberAddAsync,
            ["/etcdserverpb.Cluster/MemberRemove"] = cluster.MemberRemoveAsync,
            ["/etcdserverpb.Cluster/MemberUpdate"] = cluster.MemberUpdateAsync,
            ["/etcdserverpb.Cluster/MemberPromote"] = cluster.MemberPromoteAsync,
            [DebugService.DumpPath] = new DebugService(node).DumpAsync,
            [SoloService.GoAlonePath] = solo.GoAloneAsync,
            [SoloService.ResetPath] = solo.ResetAsync,
            ["/etcdserverpb.Maintenance/Status"] = maintenance.StatusAsync,
            ["/etcdserverpb.Maintenance/Snapshot"] = maintenance.SnapshotAsync,
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static KestrelServerOptions OptionsOf(LimitOptions limits)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };

        // Every message's size is judged by its own frame, with gRPC's error; Kestrel's bound would answer in plain HTTP.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.Http2.MaxStreamsPerConnection = limits.PendingRequests;
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        return options;
    }

    private async Task DrainAsync()
    {
        using var patience = new CancellationTokenSource(s_drainTime);
        try
        {
            await _kestrel.StopAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // The connections were cut.
        }

        _kestrel.Dispose();
        _port.Dispose();
        _metrics.Dispose();
    }
}
