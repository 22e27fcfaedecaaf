using System.CommandLine;
using System.Globalization;
using ActorQuorum.Cli.Offline;
using ActorQuorum.Configuration;
using ActorQuorum.Storage;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>solo</c> and <c>recover</c>: a node goes on as a cluster of one.</summary>
internal static class SoloCommand
{
    public static Command Build()
    {
        var node = new OfflineNode();
        var command = new DocumentedCommand(
            "solo",
            "Makes a node, stopped or running, a cluster of one, without anybody's consent: a new cluster id, a higher term, its data kept. Its old cluster goes on without it.",
            "actorquorum solo -c config/n1.conf",
            "actorquorum solo -c config/cluster.conf -n n2 --yes");
        node.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var options = node.Options(parsed);
            string Warning(long lastIndex) =>
                $"{options.Name} leaves its cluster for good and goes on alone with what it holds, up to entry {lastIndex}. The others go on without it.";
            return OfflineNode.WorkAsync(
                () => GoAlone(node, parsed, options, held => Warning(held.LastIndex)),
                inUse => GoAloneAsync(node, parsed, new(options, inUse), Warning));
        });
        return command;
    }

    public static Command BuildRecover()
    {
        var node = new OfflineNode();
        var command = new DocumentedCommand(
            "recover",
            "Rebuilds a cluster that has lost its majority FOR GOOD, from one stopped node that is left. Writes that only the lost nodes held are lost.",
            "actorquorum recover -c config/n1.conf",
            "actorquorum recover -c config/cluster.conf -n n2 --yes");
        node.AddTo(command);
        command.SetAction(parsed =>
        {
            var options = node.Options(parsed);
            return OfflineNode.Work(() => GoAlone(node, parsed, options, _ =>
                $"""
                WARNING. This makes a new cluster of what {options.Name} alone holds. Do it only if a majority of the members is lost for good, on the
                node that is left with the highest term and then the longest log (run this on each, and answer no, to see).
                All nodes that are left and that you do not recover must be reset, and must never run again as they are.
                """));
        });
        return command;
    }

    private static int GoAlone(OfflineNode node, ParseResult parsed, NodeOptions options, Func<StoppedNode.Holdings, string> warning)
    {
        using var stopped = StoppedNode.Open(new LocalFileSystem(), options);
        var held = stopped.Read();
        Describe(held.LastIndex, held.LastTerm, held.Term, held.CommittedIndex, held.CommittedIndex == 0
            ? "nothing: the node has taken no snapshot yet"
            : $"up to entry {held.CommittedIndex}, revision {held.Snapshot.Revision}: committed, by the node's newest snapshot");
        node.Ask(parsed, warning(held));
        var identity = stopped.GoAlone(held, OfflineNode.DrawIncarnation, OfflineNode.DrawClusterId, DateTimeOffset.UtcNow);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.Name} is a cluster of one now, of id {identity.ClusterId:x16}. Start it with the same configuration; then add members to it."));
        return ExitCode.Ok;
    }

    private static async Task<int> GoAloneAsync(OfflineNode node, ParseResult parsed, RunningNode running, Func<long, string> warning)
    {
        using var asked = running;
        var seen = await running.LookAsync();
        Describe(seen.LastIndex, seen.LastTerm, seen.Term, seen.CommitIndex, $"up to entry {seen.CommitIndex}: committed, as the node knows while it runs");
        node.Ask(parsed, warning(seen.LastIndex));
        var answer = await running.GoAloneAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{seen.Name} is a cluster of one now, of id {answer.Header.ClusterId:x16}, in term {answer.Header.RaftTerm} or above. It runs on; add members to it."));
        return ExitCode.Ok;
    }

    /// <summary>What is certain, and what is not.</summary>
    private static void Describe(long lastIndex, long lastTerm, long term, long committed, string certain)
    {
        Console.WriteLine($"holds     entries up to {lastIndex} of term {lastTerm}; the node's term is {term}");
        Console.WriteLine($"certain   {certain}");
        Console.WriteLine(lastIndex > committed
            ? $"uncertain entries {committed + 1} to {lastIndex}: whether they were committed this node cannot tell; they are kept"
            : "uncertain nothing that it holds");
        Console.WriteLine($"lost      entries from {lastIndex + 1} on, if there are any: acknowledged ones too, if only lost nodes hold them");
    }
}
