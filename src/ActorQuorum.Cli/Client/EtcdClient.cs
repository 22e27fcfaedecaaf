using System.Diagnostics;
using ActorQuorum.Server.Debug;
using ActorQuorum.Server.Debug.Wire;
using ActorQuorum.Server.Etcd.Wire;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Cli.Client;

/// <summary>A client of etcd's v3 API that asks one endpoint after the other, and repeats a write only if it certainly was not taken.</summary>
internal sealed class EtcdClient(IReadOnlyList<string> addresses, TimeSpan timeout) : IDisposable
{
    // A node that stands still (SIGSTOP, a wedged disk) still accepts connections; it is asked for a sign of life first.
    private static readonly TimeSpan SignOfLifePatience = TimeSpan.FromSeconds(1);

    private readonly Endpoint[] _endpoints = [.. addresses.Select(address => new Endpoint(address))];
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    public IReadOnlyList<Endpoint> Endpoints => _endpoints;

    private TimeSpan Remaining => timeout - _elapsed.Elapsed is { Ticks: > 0 } left ? left : TimeSpan.FromMilliseconds(1);

    public Task<PutResponse> PutAsync(PutRequest request) =>
        CallAsync("/etcdserverpb.KV/Put", request, PutResponse.Parser, isWrite: true);

    public Task<DeleteRangeResponse> DeleteAsync(DeleteRangeRequest request) =>
        CallAsync("/etcdserverpb.KV/DeleteRange", request, DeleteRangeResponse.Parser, isWrite: true);

    public Task<RangeResponse> GetAsync(RangeRequest request) =>
        CallAsync("/etcdserverpb.KV/Range", request, RangeResponse.Parser, isWrite: false);

    /// <param name="request">The transaction.</param>
    /// <param name="isWrite">Whether it may write: one that only reads may be asked of another endpoint as well.</param>
    public Task<TxnResponse> TxnAsync(TxnRequest request, bool isWrite) =>
        CallAsync("/etcdserverpb.KV/Txn", request, TxnResponse.Parser, isWrite);

    public Task<CompactionResponse> CompactAsync(CompactionRequest request) =>
        CallAsync("/etcdserverpb.KV/Compact", request, CompactionResponse.Parser, isWrite: true);

    public Task<DumpResponse> DumpAsync(Endpoint endpoint) =>
        endpoint.CallAsync(DebugService.DumpPath, new DumpRequest(), DumpResponse.Parser, Remaining, default);

    /// <param name="isLinearizable">Whether a quorum is to confirm that the list is not an old one.</param>
    public Task<MemberListResponse> MembersAsync(bool isLinearizable = false) => CallAsync(
        "/etcdserverpb.Cluster/MemberList", new MemberListRequest { Linearizable = isLinearizable }, MemberListResponse.Parser, isWrite: false);

    public Task<MemberAddResponse> MemberAddAsync(MemberAddRequest request) =>
        CallAsync("/etcdserverpb.Cluster/MemberAdd", request, MemberAddResponse.Parser, isWrite: true);

    public Task<MemberRemoveResponse> MemberRemoveAsync(MemberRemoveRequest request) =>
        CallAsync("/etcdserverpb.Cluster/MemberRemove", request, MemberRemoveResponse.Parser, isWrite: true);

    public Task<MemberUpdateResponse> MemberUpdateAsync(MemberUpdateRequest request) =>
        CallAsync("/etcdserverpb.Cluster/MemberUpdate", request, MemberUpdateResponse.Parser, isWrite: true);

    public Task<MemberPromoteResponse> MemberPromoteAsync(MemberPromoteRequest request) =>
        CallAsync("/etcdserverpb.Cluster/MemberPromote", request, MemberPromoteResponse.Parser, isWrite: true);

    public Task<MemberListResponse> MembersAsync(Endpoint endpoint) =>
        endpoint.CallAsync("/etcdserverpb.Cluster/MemberList", new MemberListRequest(), MemberListResponse.Parser, Remaining, default);

    public Task<StatusResponse> StatusAsync(Endpoint endpoint) => StatusAsync(endpoint, Remaining);

    public void Dispose()
    {
        foreach (var endpoint in _endpoints)
            endpoint.Dispose();
    }

    private static Task<StatusResponse> StatusAsync(Endpoint endpoint, TimeSpan patience) =>
        endpoint.CallAsync("/etcdserverpb.Maintenance/Status", new StatusRequest(), StatusResponse.Parser, patience, default);

    private async Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser, bool isWrite)
        where T : IMessage<T>
    {
        var reasons = new List<string>();
        var asked = new Queue<Endpoint>(_endpoints);
        var leaderless = new HashSet<Endpoint>();
        while (asked.TryDequeue(out var endpoint))
        {
            if (!leaderless.Contains(endpoint) && await LookAsync(endpoint) is (var sight, var lack) && sight != Sight.Well)
            {
                // It would hold the request until it finds a leader: those that know one come first.
                if (sight == Sight.Leaderless && leaderless.Add(endpoint)) asked.Enqueue(endpoint);
                else reasons.Add($"{endpoint.Address}: {lack}");
                continue;
            }

            try
            {
                return await endpoint.CallAsync(method, request, parser, Remaining, default);
            }
            catch (CallFailedException e) when (MayAskAnother(e.Failure, isWrite))
            {
                reasons.Add($"{endpoint.Address}: {e.Message}");
            }
            catch (CallFailedException e)
            {
                throw GiveUp(endpoint, e, isWrite);
            }
        }

        throw new CommandFailedException(
            ExitCode.NoQuorum,
            $"no quorum: {string.Join("; ", reasons)}. Check with `actorquorum status` that a majority of the nodes runs, and --endpoints.");
    }

    private async Task<(Sight Sight, string Lack)> LookAsync(Endpoint endpoint)
    {
        // The only endpoint is asked in any case.
        if (_endpoints.Length == 1)
            return (Sight.Well, "");
        try
        {
            var status = await StatusAsync(endpoint, SignOfLifePatience < Remaining ? SignOfLifePatience : Remaining);
            return (status.Leader == 0 ? Sight.Leaderless : Sight.Well, "");
        }
        catch (CallFailedException e) when (e.Failure is CallFailure.NotSent or CallFailure.AnswerLost)
        {
            return (Sight.Silent, e.Message);
        }
        catch (CallFailedException)
        {
            return (Sight.Well, "");
        }
    }

    /// <summary>What an endpoint looks like before it is asked.</summary>
    private enum Sight
    {
        Well,
        Leaderless,
        Silent,
    }

    private static bool MayAskAnother(CallFailure failure, bool isWrite) => failure switch
    {
        CallFailure.NotSent or CallFailure.NotTaken => true,
        CallFailure.Unavailable or CallFailure.AnswerLost => !isWrite,
        _ => false,
    };

    private static CommandFailedException GiveUp(Endpoint endpoint, CallFailedException e, bool isWrite) =>
        isWrite && e.Failure is CallFailure.Unavailable or CallFailure.AnswerLost
            ? new(
                ExitCode.OutcomeUnknown,
                $"outcome unknown: {endpoint.Address}: {e.Message}. The write may take effect, now or later: read the key before you repeat it.",
                e)
            : new(e.Failure == CallFailure.Unavailable ? ExitCode.NoQuorum : ExitCode.Failed, $"{endpoint.Address}: {e.Message}", e);
}
