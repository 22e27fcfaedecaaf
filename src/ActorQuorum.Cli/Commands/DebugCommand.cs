using System.CommandLine;
using System.Globalization;
using ActorQuorum.Cli.Client;
using ActorQuorum.Cli.Debugging;
using ActorQuorum.Cli.Output;
using ActorQuorum.Server.Etcd.Wire;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>debug</c>: the inside of one node, or of all.</summary>
internal static class DebugCommand
{
    public static Command Build()
    {
        var node = new Argument<string?>("NODE")
        {
            Description = "The member's name, its id, or the client address (host:port) of any node.", Arity = ArgumentArity.ZeroOrOne,
        };
        var all = new Option<bool>("--all") { Description = "Every member, side by side." };
        var client = new ClientOptions(OutputFormat.Table);
        var command = new DocumentedCommand(
            "debug",
            "Dumps the inside of a node: role, term, vote, bounds of the log, progress of each follower, queues. Needs no quorum.",
            "actorquorum debug n1",
            "actorquorum debug 127.0.0.1:2392",
            "actorquorum debug --all",
            "actorquorum debug --all -o simple | grep durable",
            "actorquorum debug n1 -o json")
        {
            node, all,
        };
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(node) is null == !parsed.GetValue(all))
                throw new CommandFailedException(ExitCode.Usage, "give a NODE (its name, id or client address), or --all, not both.");
            using var etcd = client.Connect(parsed);
            var targets = await TargetsAsync(etcd, parsed.GetValue(node));
            var dumps = await Task.WhenAll(targets.Select(target => AskAsync(etcd, target)));
            DumpOutput.Print(dumps, client.Format(parsed));
            return ExitOf(dumps);
        });
        return command;
    }

    private static async Task<Target[]> TargetsAsync(EtcdClient etcd, string? node)
    {
        if (node is not null && EndpointList.Address(node) is { } address) return [new("", address)];
        var members = (await etcd.MembersAsync()).Members.OrderBy(member => member.Name, StringComparer.Ordinal).ToArray();
        if (node is null) return [.. members.Select(TargetOf)];
        var named = members.FirstOrDefault(member => member.Name == node || Is(member.ID, node));
        return named is not null
            ? [TargetOf(named)]
            : throw new CommandFailedException(
                ExitCode.Failed, $"'{node}' is no member: there are {string.Join(", ", members.Select(member => member.Name))}.");
    }

    private static bool Is(ulong id, string text) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var given) && given == id;

    private static Target TargetOf(Member member) => new(
        member.Name,
        EndpointList.Address(member.ClientURLs.FirstOrDefault() ?? "")
            ?? throw new CommandFailedException(ExitCode.Failed, $"{member.Name} has no client address that is http://host:port."));

    private static async Task<NodeDump> AskAsync(EtcdClient etcd, Target target)
    {
        using var endpoint = new Endpoint(target.Address);
        try
        {
            return new(target.Name, target.Address, await etcd.DumpAsync(endpoint), null);
        }
        catch (CallFailedException e)
        {
            return new(target.Name, target.Address, null, e.Message);
        }
    }

    private static int ExitOf(NodeDump[] dumps)
    {
        if (dumps.Any(dump => dump.Dump is not null)) return ExitCode.Ok;
        return dumps is [var only]
            ? throw new CommandFailedException(ExitCode.Failed, $"{only.Address}: {only.Reason}. Is a node of ActorQuorum up there? Check with `actorquorum status`.")
            : ExitCode.NoQuorum;
    }

    private sealed record Target(string Name, string Address);
}
