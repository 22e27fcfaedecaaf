using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>members</c>: who belongs to the cluster.</summary>
internal static class MembersCommand
{
    public static Command Build()
    {
        var client = new ClientOptions();
        var command = new DocumentedCommand(
            "members",
            "Lists the cluster's members and their addresses.",
            "actorquorum members",
            "actorquorum members --endpoints 127.0.0.1:2392");
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var etcd = client.Connect(parsed);
            var answer = await etcd.MembersAsync();
            var table = Tables.Create("id", "name", "peers", "clients", "voter");
            foreach (var member in answer.Members.OrderBy(member => member.Name, StringComparer.Ordinal))
            {
                table.AddRow(
                    member.ID.ToString("x", CultureInfo.InvariantCulture),
                    Markup.Escape(member.Name),
                    Markup.Escape(string.Join(',', member.PeerURLs)),
                    Markup.Escape(string.Join(',', member.ClientURLs)),
                    member.IsLearner ? "no" : "yes");
            }

            Tables.Print(table);
            return ExitCode.Ok;
        });
        return command;
    }
}
