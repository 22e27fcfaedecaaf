using System.CommandLine;
using System.Globalization;
using ActorQuorum.Cli.Offline;
using ActorQuorum.Configuration;
using ActorQuorum.Storage;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>solo</c> and <c>recover</c>: a stopped node goes on as a cluster of one.</summary>
internal static class SoloCommand
{
    public static Command Build() => Build(
        "solo",
        "Makes a stopped node a cluster of one, without anybody's consent: a new cluster id, a higher term, its data kept. Its old cluster goes on without it.",
        (options, held) =>
            $"{options.Name} leaves its cluster for good and goes on alone with what it holds, up to entry {held.LastIndex}. The others go on without it.");

    public static Command BuildRecover() => Build(
        "recover",
        "Rebuilds a cluster that has lost its majority FOR GOOD, from one stopped node that is left. Writes that only the lost nodes held are lost.",
        (options, held) =>
            $"""
            WARNING. This makes a new cluster of what {options.Name} alone holds. Do it only if a majority of the members is lost for good, on the
            node that is left with the highest term and then the longest log (run this on each, and answer no, to see).
            All nodes that are left and that you do not recover must be reset, and must never run again as they are.
            """);

    private static DocumentedCommand Build(string verb, string description, Func<NodeOptions, StoppedNode.Holdings, string> warning)
    {
        var node = new OfflineNode();
        var command = new DocumentedCommand(
            verb, description, $"actorquorum {verb} -c config/n1.conf", $"actorquorum {verb} -c config/cluster.conf -n n2 --yes");
        node.AddTo(command);
        command.SetAction(parsed =>
        {
            var options = node.Options(parsed);
            return OfflineNode.Work(() =>
            {
                using var stopped = StoppedNode.Open(new LocalFileSystem(), options);
                var held = stopped.Read();
                Describe(held);
                node.Ask(parsed, warning(options, held));
                var identity = stopped.GoAlone(held, OfflineNode.DrawIncarnation, OfflineNode.DrawClusterId, DateTimeOffset.UtcNow);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{options.Name} is a cluster of one now, of id {identity.ClusterId:x16}. Start it with the same configuration; then add members to it."));
                return ExitCode.Ok;
            });
        });
        return command;
    }

    /// <summary>What is certain, and what is not.</summary>
    private static void Describe(StoppedNode.Holdings held)
    {
        var committed = held.CommittedIndex;
        Console.WriteLine($"holds     entries up to {held.LastIndex} of term {held.LastTerm}; the node's term is {held.Term}");
        Console.WriteLine(committed > 0
            ? $"certain   up to entry {committed}, revision {held.Snapshot.Revision}: committed, by the node's newest snapshot"
            : "certain   nothing: the node has taken no snapshot yet");
        Console.WriteLine(held.LastIndex > committed
            ? $"uncertain entries {committed + 1} to {held.LastIndex}: whether they were committed this node cannot tell; they are kept"
            : "uncertain nothing that it holds");
        Console.WriteLine($"lost      entries from {held.LastIndex + 1} on, if there are any: acknowledged ones too, if only lost nodes hold them");
    }
}
