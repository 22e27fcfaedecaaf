using System.CommandLine;
using ActorQuorum.Cli.Output;
using ActorQuorum.Server.Etcd.Wire;
using Spectre.Console;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>members</c>: who belongs to the cluster.</summary>
internal static class MembersCommand
{
    public static Command Build()
    {
        var client = new ClientOptions(OutputFormat.Table);
        var command = new DocumentedCommand(
            "members",
            "Lists the cluster's members and their addresses.",
            "actorquorum members",
            "actorquorum members -o json",
            "actorquorum members --endpoints 127.0.0.1:2392");
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var etcd = client.Connect(parsed);
            var answer = await etcd.MembersAsync();
            Print([.. answer.Members.OrderBy(member => member.Name, StringComparer.Ordinal)], client.Format(parsed));
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Print(Member[] members, OutputFormat format)
    {
        if (format == OutputFormat.Json) PrintJson(members);
        else if (format == OutputFormat.Table) PrintTable(members);
        else foreach (var member in members) Console.WriteLine(Line(member));
    }

    /// <summary>The line of <c>etcdctl member list</c>.</summary>
    private static string Line(Member member) =>
        $"{Show.Id(member.ID)}, started, {member.Name}, {Urls(member.PeerURLs)}, {Urls(member.ClientURLs)}, {(member.IsLearner ? "true" : "false")}";

    private static void PrintTable(Member[] members)
    {
        var table = Tables.Create("id", "name", "peers", "clients", "voter");
        foreach (var member in members)
        {
            table.AddRow(
                Show.Id(member.ID), Markup.Escape(member.Name), Markup.Escape(Urls(member.PeerURLs)), Markup.Escape(Urls(member.ClientURLs)),
                member.IsLearner ? "no" : "yes");
        }

        Tables.Print(table);
    }

    private static void PrintJson(Member[] members) => JsonOutput.Print(json => json.Objects(members, member =>
    {
        json.WriteString("id", Show.Id(member.ID));
        json.WriteString("name", member.Name);
        json.Strings("peers", member.PeerURLs);
        json.Strings("clients", member.ClientURLs);
        json.WriteBoolean("voter", !member.IsLearner);
    }));

    private static string Urls(IEnumerable<string> urls) => string.Join(',', urls);
}
