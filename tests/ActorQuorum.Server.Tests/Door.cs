using ActorQuorum.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Server.Tests;

/// <summary>A server on a free port before a fake node, and a client of it.</summary>
internal sealed class Door : IAsyncDisposable
{
    public const string Range = "/etcdserverpb.KV/Range";
    public const string Put = "/etcdserverpb.KV/Put";
    public const string DeleteRange = "/etcdserverpb.KV/DeleteRange";
    public const string Txn = "/etcdserverpb.KV/Txn";
    public const string Compact = "/etcdserverpb.KV/Compact";
    public const string MemberList = "/etcdserverpb.Cluster/MemberList";
    public const string Status = "/etcdserverpb.Maintenance/Status";

    private Door(FakeNode node, EtcdServer server)
    {
        Node = node;
        Server = server;
        Client = new WireClient(server.Address);
    }

    public FakeNode Node { get; }

    public EtcdServer Server { get; }

    public WireClient Client { get; }

    public static async Task<Door> OpenAsync(LimitOptions? limits = null, TimeProvider? time = null)
    {
        var node = new FakeNode();
        return new Door(node, await StartAsync(node, "127.0.0.1:0", limits, time));
    }

    public static Task<EtcdServer> StartAsync(IQuorumNode node, string address, LimitOptions? limits = null, TimeProvider? time = null) =>
        EtcdServer.StartAsync(
            node, address, limits ?? new LimitOptions(), new MetricsOptions(), NullLoggerFactory.Instance, time ?? TimeProvider.System, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
