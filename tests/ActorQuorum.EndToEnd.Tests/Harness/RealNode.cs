using ActorQuorum.Cli.Client;
using ActorQuorum.Server.Etcd.Wire;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>A member of a real cluster: its files, its process while it runs, and a client of it.</summary>
internal sealed class RealNode : IAsyncDisposable
{
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(10);

    // After its process was killed an endpoint's connection is dead; each process gets a client of its own.
    private Endpoint? _client;

    public required string Name { get; init; }

    public required string ClientAddress { get; init; }

    public required string PeerAddress { get; init; }

    public required string ConfigFile { get; init; }

    public required string DataDirectory { get; init; }

    public CliProcess? Process { get; private set; }

    public bool IsRunning => Process is { HasExited: false };

    public CliProcess Start(params string[] options)
    {
        _client?.Dispose();
        _client = new Endpoint(ClientAddress);
        return Process = CliProcess.Start(["run", "-c", ConfigFile, .. options]);
    }

    public async Task KillAsync()
    {
        Process!.Kill();
        await Process.ExitAsync();
    }

    public Task<PutResponse> PutAsync(string key, string value) =>
        PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) });

    public Task<PutResponse> PutAsync(PutRequest request) => CallAsync("/etcdserverpb.KV/Put", request, PutResponse.Parser);

    /// <summary>The values of all keys with a prefix.</summary>
    public async Task<IReadOnlyDictionary<string, string>> GetAllAsync(string prefix, bool serializable)
    {
        var first = ByteString.CopyFromUtf8(prefix);
        var request = new RangeRequest { Key = first, RangeEnd = KeyRange.EndOfPrefix(first), Serializable = serializable };
        var answer = await CallAsync("/etcdserverpb.KV/Range", request, RangeResponse.Parser);
        return answer.Kvs.ToDictionary(pair => pair.Key.ToStringUtf8(), pair => pair.Value.ToStringUtf8());
    }

    public async Task<string?> GetAsync(string key, bool serializable = false)
    {
        var request = new RangeRequest { Key = ByteString.CopyFromUtf8(key), Serializable = serializable };
        var answer = await CallAsync("/etcdserverpb.KV/Range", request, RangeResponse.Parser);
        return answer.Kvs.SingleOrDefault()?.Value.ToStringUtf8();
    }

    /// <summary>The node's status, or null if it does not answer.</summary>
    public async Task<StatusResponse?> StatusAsync()
    {
        try
        {
            return await CallAsync("/etcdserverpb.Maintenance/Status", new StatusRequest(), StatusResponse.Parser);
        }
        catch (CallFailedException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (Process is { } process)
            await process.DisposeAsync();
    }

    private Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser)
        where T : IMessage<T> =>
        (_client ?? throw new InvalidOperationException($"{Name} was never started")).CallAsync(method, request, parser, CallPatience, default);
}
