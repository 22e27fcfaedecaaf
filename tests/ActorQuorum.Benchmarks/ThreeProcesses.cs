using ActorQuorum.Cli.Client;
using ActorQuorum.Cli.Clusters;
using ActorQuorum.Server.Etcd.Wire;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Benchmarks;

/// <summary>Three processes on loopback that answer etcd's clients.</summary>
internal abstract class ThreeProcesses : IDisposable
{
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private readonly OwnProcess?[] _processes = new OwnProcess?[3];

    protected Workspace Files { get; } = new();

    public abstract string Name { get; }

    /// <summary>Where clients reach each.</summary>
    public abstract string[] Endpoints { get; }

    public IReadOnlyList<OwnProcess?> Processes => _processes;

    public void Start(int index) => _processes[index] = Launch(index);

    public void Kill(int index)
    {
        _processes[index]!.Dispose();
        _processes[index] = null;
    }

    /// <summary>Starts all and waits until a write succeeds on each.</summary>
    public async Task StartAsync()
    {
        for (var i = 0; i < _processes.Length; i++) Start(i);
        foreach (var endpoint in Endpoints) await AnswersAsync(endpoint);
    }

    /// <summary>The endpoint of the leader.</summary>
    public async Task<int> LeaderAsync()
    {
        var deadline = DateTime.UtcNow + StartPatience;
        while (DateTime.UtcNow < deadline)
        {
            for (var i = 0; i < Endpoints.Length; i++)
            {
                try
                {
                    using var client = new Endpoint(Endpoints[i]);
                    var status = await client.CallAsync("/etcdserverpb.Maintenance/Status", new StatusRequest(), StatusResponse.Parser, CallPatience, default);
                    if (status.Leader != 0 && status.Leader == status.Header.MemberId) return i;
                }
                catch (CallFailedException)
                {
                    // Another one is asked.
                }
            }
        }

        throw new TimeoutException($"{Name}: nobody leads");
    }

    public static async Task PutAsync(Endpoint endpoint, string key, TimeSpan patience) =>
        await endpoint.CallAsync(
            "/etcdserverpb.KV/Put", new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8("v") }, PutResponse.Parser, patience, default);

    public void Dispose()
    {
        foreach (var process in _processes) process?.Dispose();
        Files.Dispose();
    }

    protected abstract OwnProcess Launch(int index);

    private static async Task AnswersAsync(string address)
    {
        var deadline = DateTime.UtcNow + StartPatience;
        while (true)
        {
            try
            {
                using var endpoint = new Endpoint(address);
                await PutAsync(endpoint, "warm", CallPatience);
                return;
            }
            catch (CallFailedException) when (DateTime.UtcNow < deadline)
            {
                await Task.Delay(50);
            }
        }
    }
}

/// <summary>Three nodes of this build, as <c>actorquorum run</c> starts them.</summary>
internal sealed class QuorumProcesses : ThreeProcesses
{
    private const int BasePort = 23_100;
    private readonly ClusterFiles _files;
    private readonly string _settings;

    /// <param name="settings">What is laid over the defaults in each node's file.</param>
    public QuorumProcesses(string settings = "")
    {
        _settings = settings;
        _files = ClusterFiles.In(Files.Path);
        Endpoints = [.. _files.WriteOrRead(3, BasePort).Select(member => member.Client)];
        foreach (var name in (string[])["n1", "n2", "n3"]) File.AppendAllText(_files.ConfigOf(name), settings);
    }

    public override string Name => "ActorQuorum";

    public override string[] Endpoints { get; }

    /// <summary>Where the fourth node is to be reached by its peers and by clients.</summary>
    public static (string Peer, string Client) Fourth { get; } = ($"127.0.0.1:{BasePort + 4714}", $"127.0.0.1:{BasePort + 4}");

    /// <summary>Starts a fourth node, which was added before.</summary>
    public OwnProcess Join(Action<string> hear)
    {
        var data = Path.Combine(Files.Path, "n4").Replace("\\", "\\\\", StringComparison.Ordinal);
        var config = _files.ConfigOf("n4");
        File.WriteAllText(
            config,
            $"actorquorum.node {{ name = n4, data-dir = \"{data}\" }}\nactorquorum.cluster {{ id = local, members {{ n4 {{ peer = \"{Fourth.Peer}\", client = \"{Fourth.Client}\" }} }} }}\n{_settings}");
        return new("dotnet", [Command, "run", "-c", config, "--join", Endpoints[0]], hear);
    }

    private static string Command { get; } = Path.Combine(AppContext.BaseDirectory, "actorquorum.dll");

    protected override OwnProcess Launch(int index) => new("dotnet", [Command, "run", "-c", _files.ConfigOf($"n{index + 1}")]);
}

/// <summary>Three members of etcd with its own defaults.</summary>
internal sealed class EtcdProcesses : ThreeProcesses
{
    private const int ClientBase = 23_200;
    private const int PeerBase = 23_300;

    public override string Name => "etcd";

    public override string[] Endpoints { get; } = [.. Enumerable.Range(1, 3).Select(i => $"127.0.0.1:{ClientBase + i}")];

    protected override OwnProcess Launch(int index)
    {
        var (client, peer) = ($"http://{Endpoints[index]}", PeerOf(index));
        return new("etcd",
        [
            $"--name=n{index + 1}", $"--data-dir={Path.Combine(Files.Path, $"n{index + 1}")}", $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
            $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
            $"--initial-cluster={string.Join(',', Enumerable.Range(0, 3).Select(i => $"n{i + 1}={PeerOf(i)}"))}",
        ]);
    }

    private static string PeerOf(int index) => $"http://127.0.0.1:{PeerBase + index + 1}";
}
