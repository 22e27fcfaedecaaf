using System.CommandLine;
using ActorQuorum.Cli.Output;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>members</c>, and <c>member list</c>: who belongs to the cluster.</summary>
internal static class MembersCommand
{
    public static Command Build() => Build("members", "actorquorum members");

    /// <summary>The same under another name.</summary>
    public static Command Build(string name, string words)
    {
        var client = new ClientOptions(OutputFormat.Table);
        var command = new DocumentedCommand(
            name,
            "Lists the cluster's members and their addresses.",
            words,
            $"{words} -o json",
            $"{words} --endpoints 127.0.0.1:2392");
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var etcd = client.Connect(parsed);
            MemberOutput.Print((await etcd.MembersAsync()).Members, client.Format(parsed));
            return ExitCode.Ok;
        });
        return command;
    }
}
