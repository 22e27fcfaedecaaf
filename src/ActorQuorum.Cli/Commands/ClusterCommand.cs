using System.CommandLine;
using ActorQuorum.Cli.Clusters;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>cluster</c>: several nodes on this machine.</summary>
internal static class ClusterCommand
{
    private const string DefaultDirectory = "data/cluster";

    public static Command Build()
    {
        var nodes = new Option<int?>("--nodes")
        {
            Description = $"How many nodes, 1 to {PortPlan.MaximumNodes} [default: 3, or as many as --data-dir holds].", HelpName = "N",
        };
        nodes.Validators.Add(result => CheckRange(result, nodes, 1, PortPlan.MaximumNodes));
        var directory = new Option<string?>("--data-dir")
        {
            Description = $"Where configuration and data of the nodes lie [default: {DefaultDirectory}].", HelpName = "DIR",
        };
        var basePort = new Option<int?>("--base-port")
        {
            Description = $"Clients of the i-th node at P + i, its peers at P + 4710 + i [default: {PortPlan.DefaultBasePort}].", HelpName = "P",
        };
        basePort.Validators.Add(result => CheckRange(result, basePort, 1, PortPlan.MaximumBasePort));
        var debug = new Option<bool>("--debug", "-d") { Description = "Log every step, not only what matters." };
        var command = new DocumentedCommand(
            "cluster",
            "Runs a whole cluster on this machine, a process each node, with one merged log, until q + Enter, Ctrl-C or SIGTERM.",
            "actorquorum cluster",
            "actorquorum cluster --nodes 5 --data-dir data/five --base-port 3390")
        {
            nodes, directory, basePort, debug,
        };
        command.SetAction((parsed, _) =>
        {
            var files = ClusterFiles.In(parsed.GetValue(directory) ?? DefaultDirectory);
            var members = files.WriteOrRead(parsed.GetValue(nodes), parsed.GetValue(basePort));
            return new LocalCluster(members, files, parsed.GetValue(debug)).RunAsync();
        });
        return command;
    }

    private static void CheckRange(System.CommandLine.Parsing.OptionResult result, Option<int?> option, int least, int most)
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var given) && (given < least || given > most))
            result.AddError($"{option.Name} {given} is out of range: {least} to {most}.");
    }
}
