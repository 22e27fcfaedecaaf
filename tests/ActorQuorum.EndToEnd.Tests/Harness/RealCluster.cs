using System.Text;

namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>A cluster of real processes on loopback, each started from a configuration file.</summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly List<RealNode> _nodes;
    private readonly int _basePort = FreePorts.BasePort();

    /// <param name="nodes">How many members.</param>
    /// <param name="settings">HOCON for every node besides names and addresses.</param>
    public RealCluster(int nodes, string settings = "")
    {
        _nodes = [.. Enumerable.Range(1, nodes).Select(Describe)];
        _folder.Write("cluster.conf", MembersConfig("e2e", Nodes) + settings + "\n");
        foreach (var node in Nodes)
            _folder.Write(Path.GetFileName(node.ConfigFile), NodeConfig(node.Name, node.DataDirectory));
    }

    public IReadOnlyList<RealNode> Nodes => _nodes;

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

    /// <summary>A node that is none of the first members, with a small file of its own; it is started by its test.</summary>
    public RealNode Newcomer(string clusterName = "e2e")
    {
        var node = Describe(_nodes.Count + 1);
        _nodes.Add(node);
        _folder.Write(
            Path.GetFileName(node.ConfigFile),
            MembersConfig(clusterName, [node]) + NodeConfig(node.Name, node.DataDirectory).Replace("include \"cluster.conf\"\n", "", StringComparison.Ordinal));
        return node;
    }

    private RealNode Describe(int number) => new()
    {
        Name = $"n{number}",
        ClientAddress = FreePorts.Client(_basePort, number),
        PeerAddress = FreePorts.Peer(_basePort, number),
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
