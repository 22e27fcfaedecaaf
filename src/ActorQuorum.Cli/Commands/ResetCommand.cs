using System.CommandLine;
using ActorQuorum.Cli.Offline;
using ActorQuorum.Storage;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>reset</c>: a stopped node forgets everything.</summary>
internal static class ResetCommand
{
    public static Command Build()
    {
        var node = new OfflineNode();
        var command = new DocumentedCommand(
            "reset",
            "Clears log, term, vote and data of a stopped node. It comes back as a new one under its old name: it follows, and votes once its cluster has taken it in.",
            "actorquorum reset -c config/n1.conf",
            "actorquorum reset -c config/cluster.conf -n n2 --yes");
        node.AddTo(command);
        command.SetAction(parsed =>
        {
            var options = node.Options(parsed);
            return OfflineNode.Work(() =>
            {
                using var stopped = StoppedNode.Open(new LocalFileSystem(), options);
                node.Ask(parsed, $"This deletes everything that {options.Name} holds in {options.DataDirectory}: log, term, vote, snapshots, data.");
                stopped.Reset(OfflineNode.DrawIncarnation);
                Console.WriteLine(
                    $"""
                    {options.Name} is empty. When it starts it follows its cluster, and votes once that has taken it in; it founds none.
                    If its cluster is another one by now (recover, restore), add it there and start it with --join.
                    """);
                return ExitCode.Ok;
            });
        });
        return command;
    }
}
