using ActorQuorum.EndToEnd.Tests.Harness;
using ActorQuorum.StateMachines.Etcd;

namespace ActorQuorum.EndToEnd.Tests.Etcd;

/// <summary>
/// A real etcd and a node of ours, both empty at first. Every call goes to both, and their answers must be equal: code, text and message,
/// revisions included. Only who answered, and in which term, may differ.
/// </summary>
public sealed class EtcdPair : IAsyncLifetime, IAsyncDisposable
{
    private const int Remembered = 12;

    private readonly RealEtcd _etcd = new();
    private readonly RealCluster _ours = new(1);
    private readonly Queue<string> _lately = new();
    private WireCaller? _etcdCaller;
    private WireCaller? _ourCaller;

    /// <summary>The revision that both are at.</summary>
    public long Revision { get; private set; } = 1;

    public async Task InitializeAsync()
    {
        // Without etcd the tests are skipped; .ci/run lets none be.
        if (!RealEtcd.IsInstalled)
            return;
        await Task.WhenAll(_etcd.StartAsync(), _ours.StartAsync());
        _etcdCaller = new WireCaller(_etcd.ClientAddress);
        _ourCaller = new WireCaller(_ours.Nodes[0].ClientAddress);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        _etcdCaller?.Dispose();
        _ourCaller?.Dispose();
        await _etcd.DisposeAsync();
        await _ours.DisposeAsync();
    }

    /// <summary>Calls both, and gives their one answer.</summary>
    internal async Task<WireAnswer> SameAsync(KeyValueCall call)
    {
        Skip.IfNot(RealEtcd.IsInstalled, RealEtcd.Missing);
        _lately.Enqueue(call.ToString());
        if (_lately.Count > Remembered)
            _lately.Dequeue();

        var etcd = await CallAsync(_etcdCaller!, call);
        var ours = await CallAsync(_ourCaller!, call);
        (ours.Code, ours.Text).ShouldBe((etcd.Code, etcd.Text), Story());
        ours.Message.ShouldBe(TieOrder.Like(ours.Message, etcd.Message, call.Request), Story());
        return etcd;
    }

    private async Task<WireAnswer> CallAsync(WireCaller caller, KeyValueCall call)
    {
        WireAnswer answer;
        try
        {
            answer = await caller.CallAsync(call.Method, call.Request, call.Parser);
        }
        catch (HttpRequestException e)
        {
            throw new InvalidOperationException($"{(caller == _etcdCaller ? _etcd : _ours.Describe())}\n{Story()}", e);
        }

        if (answer.Message is not null)
        {
            var header = (ResponseHeader)answer.Message.Descriptor.FindFieldByName("header").Accessor.GetValue(answer.Message);
            (header.ClusterId, header.MemberId, header.RaftTerm) = (0, 0, 0);
            Revision = header.Revision;
        }

        return answer;
    }

    private string Story() => "etcd's answer is the expected one. The last requests:\n" + string.Join('\n', _lately);
}
