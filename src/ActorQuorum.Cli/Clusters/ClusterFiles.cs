using System.Text;
using ActorQuorum.Configuration;

namespace ActorQuorum.Cli.Clusters;

/// <summary>
/// A local cluster's data directory: <c>cluster.conf</c> names the members, <c>n1.conf</c> and so on each start one node,
/// <c>n1/</c> and so on hold their data. Once written, the files rule.
/// </summary>
internal sealed class ClusterFiles
{
    private readonly string _directory;

    private ClusterFiles(string directory) => _directory = directory;

    public static ClusterFiles In(string directory) => new(Path.GetFullPath(directory));

    public string ConfigOf(string name) => Path.Combine(_directory, name + ".conf");

    private string SharedConfig => Path.Combine(_directory, "cluster.conf");

    /// <summary>The members in the files, which are written first if there are none.</summary>
    /// <param name="nodes">How many nodes; null: as many as the files name, or three.</param>
    /// <param name="basePort">Their ports; null: those of the files, or the usual.</param>
    /// <exception cref="CommandFailedException">The files name another cluster than the one asked for.</exception>
    public IReadOnlyList<MemberOptions> WriteOrRead(int? nodes, int? basePort)
    {
        if (!File.Exists(SharedConfig))
            Write(Plan(nodes ?? 3, new PortPlan(basePort ?? PortPlan.DefaultBasePort)));

        var members = NodeOptionsReader.Load(ConfigOf("n1"), null).Members;
        if (nodes is { } wanted && wanted != members.Count)
            throw Mismatch($"{members.Count} nodes", $"--nodes {members.Count}");
        if (basePort is { } port && Plan(members.Count, new PortPlan(port)) is var planned && !planned.SequenceEqual(members))
            throw Mismatch($"other ports ({members[0].Client}, ...)", "no --base-port");
        return members;
    }

    private static List<MemberOptions> Plan(int nodes, PortPlan ports) =>
    [
        .. Enumerable.Range(1, nodes).Select(number => new MemberOptions(
            $"n{number}", $"127.0.0.1:{ports.PeerPort(number)}", $"127.0.0.1:{ports.ClientPort(number)}")),
    ];

    private void Write(List<MemberOptions> members)
    {
        try
        {
            Directory.CreateDirectory(_directory);
            foreach (var member in members)
                File.WriteAllText(ConfigOf(member.Name), NodeConfig(member.Name));

            // Last and by renaming: where cluster.conf stands, all files do.
            var aside = SharedConfig + ".new";
            File.WriteAllText(aside, MembersConfig(members));
            File.Move(aside, SharedConfig);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(
                ExitCode.Failed, $"cannot write the cluster's files to {_directory}: {e.Message.TrimEnd('.')}. Choose another directory with --data-dir.", e);
        }
    }

    private static string MembersConfig(List<MemberOptions> members)
    {
        var text = new StringBuilder("# Written by `actorquorum cluster`; from the first start on, the data directories rule.\n")
            .Append("actorquorum.cluster {\n  id = \"local\"\n  members {\n");
        foreach (var member in members)
            text.Append(FormattableString.Invariant($"    {member.Name} {{ peer = \"{member.Peer}\", client = \"{member.Client}\" }}\n"));
        return text.Append("  }\n}\n").ToString();
    }

    private string NodeConfig(string name)
    {
        var data = Path.Combine(_directory, name).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"include \"cluster.conf\"\nactorquorum.node {{ name = {name}, data-dir = \"{data}\" }}\n";
    }

    private CommandFailedException Mismatch(string found, string remedy) => new(
        ExitCode.Usage,
        $"{_directory} already holds a cluster with {found}: use {remedy}, choose another --data-dir, or delete that directory.");
}
