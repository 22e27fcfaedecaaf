namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>A real etcd of one member on loopback with an empty data directory, where etcd is installed; ended by its process id.</summary>
internal sealed class RealEtcd : IAsyncDisposable
{
    /// <summary>What to say where there is none.</summary>
    public const string Missing = "etcd (Debian: etcd-server) is not installed: nothing to compare answers with.";

    private static readonly string? Program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "etcd")).FirstOrDefault(File.Exists);

    private readonly ScratchFolder _folder = new();
    private readonly int _basePort = FreePorts.BasePort();
    private CliProcess? _process;

    public static bool IsInstalled => Program is not null;

    public string ClientAddress => FreePorts.Client(_basePort, 1);

    public async Task StartAsync()
    {
        var (client, peer) = ($"http://{ClientAddress}", $"http://{FreePorts.Peer(_basePort, 1)}");
        _process = CliProcess.StartProgram(
            Program!,
            $"--name=real", $"--data-dir={Path.Combine(_folder.Path, "data")}",
            $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
            $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=real={peer}");
        await _process.PrintsAsync("ready to serve client requests");
    }

    public override string ToString() => _process?.ToString() ?? "etcd was not started";

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }
}
