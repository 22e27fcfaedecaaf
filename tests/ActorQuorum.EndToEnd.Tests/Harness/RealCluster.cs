using System.Text;

namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>A cluster of real processes on loopback, each started from a configuration file.</summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();

    /// <param name="nodes">How many members.</param>
    /// <param name="settings">HOCON for every node besides names and addresses.</param>
    public RealCluster(int nodes, string settings = "")
    {
        var basePort = FreePorts.BasePort();
        Nodes = [.. Enumerable.Range(1, nodes).Select(number => Describe(basePort, number))];
        _folder.Write("cluster.conf", MembersConfig("e2e", Nodes) + settings + "\n");
        foreach (var node in Nodes)
            _folder.Write(Path.GetFileName(node.ConfigFile), NodeConfig(node.Name, node.DataDirectory));
    }

    public IReadOnlyList<RealNode> Nodes { get; }

    public string Folder => _folder.Path;

    public string Endpoints => string.Join(',', Nodes.Select(node => node.ClientAddress));

    public IEnumerable<RealNode> Running => Nodes.Where(node => node.IsRunning);

    public static string MembersConfig(string id, IEnumerable<RealNode> nodes)
    {
        var text = new StringBuilder($"actorquorum.cluster {{\n  id = \"{id}\"\n  members {{\n");
        foreach (var node in nodes)
            text.Append($"    {node.Name} {{ peer = \"{node.PeerAddress}\", client = \"{node.ClientAddress}\" }}\n");
        return text.Append("  }\n}\n").ToString();
    }

    public static string NodeConfig(string name, string dataDirectory) =>
        $"include \"cluster.conf\"\nactorquorum.node {{ name = {name}, data-dir = \"{dataDirectory.Replace('\\', '/')}\" }}\n";

    public async Task StartAsync()
    {
        foreach (var node in Nodes.Where(node => !node.IsRunning))
            node.Start();
        await LeaderAsync();
    }

    /// <summary>The leader that a majority of all members follows.</summary>
    public Task<RealNode> LeaderAsync() => Eventually.GivesAsync("a majority follows one leader", FindLeaderAsync, Describe);

    public async Task<RealNode> FollowerAsync()
    {
        var leader = await LeaderAsync();
        return Running.First(node => node != leader);
    }

    public string Describe() => string.Join("\n", Nodes.Select(node => $"--- {node.Name}: {node.Process}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
        _folder.Dispose();
    }

    private RealNode Describe(int basePort, int number) => new()
    {
        Name = $"n{number}",
        ClientAddress = FreePorts.Client(basePort, number),
        PeerAddress = FreePorts.Peer(basePort, number),
        ConfigFile = Path.Combine(_folder.Path, $"n{number}.conf"),
        DataDirectory = Path.Combine(_folder.Path, $"n{number}"),
    };

    private async Task<RealNode?> FindLeaderAsync()
    {
        var running = Running.ToArray();
        var answers = await Task.WhenAll(running.Select(node => node.StatusAsync()));
        var views = running.Zip(answers).Where(pair => pair.Second is { Leader: not 0 }).ToArray();
        var agreed = views.GroupBy(pair => (pair.Second!.Leader, pair.Second.RaftTerm)).MaxBy(group => group.Count());
        return agreed is null || agreed.Count() <= Nodes.Count / 2
            ? null
            : agreed.FirstOrDefault(pair => pair.Second!.Header.MemberId == agreed.Key.Leader).First;
    }
}
