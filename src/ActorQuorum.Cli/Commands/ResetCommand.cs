using System.CommandLine;
using ActorQuorum.Cli.Offline;
using ActorQuorum.Configuration;
using ActorQuorum.Storage;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>reset</c>: a node forgets everything.</summary>
internal static class ResetCommand
{
    public static Command Build()
    {
        var node = new OfflineNode();
        var command = new DocumentedCommand(
            "reset",
            "Clears log, term, vote and data of a node that is stopped, or runs as a cluster of its own. It comes back as a new one under its old name: it follows, and votes once its cluster has taken it in.",
            "actorquorum reset -c config/n1.conf",
            "actorquorum reset -c config/cluster.conf -n n2 --yes");
        node.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var options = node.Options(parsed);
            return OfflineNode.WorkAsync(() => Reset(node, parsed, options), inUse => ResetAsync(node, parsed, options, new(options, inUse)));
        });
        return command;
    }

    private static int Reset(OfflineNode node, ParseResult parsed, NodeOptions options)
    {
        using var stopped = StoppedNode.Open(new LocalFileSystem(), options);
        node.Ask(parsed, Warning(options));
        stopped.Reset(OfflineNode.DrawIncarnation);
        Console.WriteLine(
            $"""
            {options.Name} is empty. When it starts it follows its cluster, and votes once that has taken it in; it founds none.
            If its cluster is another one by now (recover, restore), add it there and start it with --join.
            """);
        return ExitCode.Ok;
    }

    private static async Task<int> ResetAsync(OfflineNode node, ParseResult parsed, NodeOptions options, RunningNode running)
    {
        using var asked = running;
        await running.LookAsync();
        node.Ask(parsed, Warning(options));
        await running.ResetAsync();
        Console.WriteLine(
            $"""
            {options.Name} is empty, and runs on. It follows its cluster, and votes once that has taken it in; it founds none.
            If its cluster is another one by now (recover, restore), stop it, add it there and start it with --join.
            """);
        return ExitCode.Ok;
    }

    private static string Warning(NodeOptions options) =>
        $"This deletes everything that {options.Name} holds in {options.DataDirectory}: log, term, vote, snapshots, data.";
}
