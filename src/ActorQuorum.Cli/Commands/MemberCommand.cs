using System.CommandLine;
using ActorQuorum.Cli.Members;
using ActorQuorum.Cli.Output;
using ActorQuorum.Server.Etcd.Wire;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>member</c>: changes of who belongs to the cluster; each is one change, by joint consensus (docs/membership.md).</summary>
internal static class MemberCommand
{
    public static Command Build() => new DocumentedCommand(
        "member",
        "Adds, removes, promotes and moves the cluster's members, while it serves.",
        "actorquorum member add n4=127.0.0.1:7104,127.0.0.1:2394",
        "actorquorum run -c n4.conf --join 127.0.0.1:2391   # on n4, after that",
        "actorquorum member remove n1",
        "actorquorum member list -o json")
    {
        BuildAdd(), BuildRemove(), BuildPromote(), BuildUpdate(), MembersCommand.Build("list", "actorquorum member list"),
    };

    private static DocumentedCommand BuildAdd()
    {
        var added = MemberSyntax.Added();
        var learner = new Option<bool>("--learner") { Description = "They follow without a vote until they are promoted." };
        return Changing(
            new(
                "add",
                "Adds members. They are learners at first, and vote once all of them have caught up; start each with `run --join` after this.",
                "actorquorum member add n4=127.0.0.1:7104,127.0.0.1:2394",
                "actorquorum member add n4=127.0.0.1:7104,127.0.0.1:2394 n5=127.0.0.1:7105,127.0.0.1:2395",
                "actorquorum member add n4=127.0.0.1:7104,127.0.0.1:2394 --learner")
            {
                added, learner,
            },
            async (parsed, etcd) =>
            {
                var members = parsed.GetRequiredValue(added);
                var request = new MemberAddRequest
                {
                    Name = members[0].Name, PeerURLs = { members[0].PeerURL }, ClientURL = members[0].ClientURL,
                    IsLearner = parsed.GetValue(learner), Others = { members[1..] },
                };
                var answer = await etcd.MemberAddAsync(request);
                var names = members.Select(member => member.Name).ToHashSet();
                return new(answer.Members, [.. answer.Members.Where(member => names.Contains(member.Name))], "added to", answer.Header.ClusterId);
            });
    }

    private static DocumentedCommand BuildRemove()
    {
        var removed = MemberSyntax.Known();
        return Changing(
            new(
                "remove",
                "Removes members, all at once. Their processes go on without a part in the cluster: stop them afterwards.",
                "actorquorum member remove n4",
                "actorquorum member remove n4 n5",
                "actorquorum member remove 8e9e05c52164694d")
            {
                removed,
            },
            async (parsed, etcd) =>
            {
                var gone = MemberSyntax.Find((await etcd.MembersAsync()).Members, parsed.GetRequiredValue(removed));
                var request = new MemberRemoveRequest { ID = gone[0].ID, Others = { gone.Skip(1).Select(member => member.ID) } };
                var answer = await etcd.MemberRemoveAsync(request);
                return new(answer.Members, gone, "removed from", answer.Header.ClusterId);
            });
    }

    private static DocumentedCommand BuildPromote()
    {
        var promoted = MemberSyntax.Known();
        return Changing(
            new("promote", "Gives learners that have caught up a vote.", "actorquorum member promote n4") { promoted },
            async (parsed, etcd) =>
            {
                var voters = MemberSyntax.Find((await etcd.MembersAsync()).Members, parsed.GetRequiredValue(promoted));
                var request = new MemberPromoteRequest { ID = voters[0].ID, Others = { voters.Skip(1).Select(member => member.ID) } };
                var answer = await etcd.MemberPromoteAsync(request);
                return new(answer.Members, voters, "promoted in", answer.Header.ClusterId);
            });
    }

    private static DocumentedCommand BuildUpdate()
    {
        var moved = MemberSyntax.KnownOne();
        var peer = MemberSyntax.Address("--peer", "Where the other members reach it from now on.");
        var client = MemberSyntax.Address("--client", "Where clients reach it from now on.");
        var command = new DocumentedCommand(
            "update", "Writes down another address of a member. Start it there afterwards.", "actorquorum member update n4 --peer 10.0.0.4:7104", "actorquorum member update n4 --client 10.0.0.4:2394")
        {
            moved, peer, client,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(peer) is null && result.GetResult(client) is null) result.AddError("Give --peer, --client or both.");
        });
        return Changing(command, async (parsed, etcd) =>
        {
            var members = MemberSyntax.Find((await etcd.MembersAsync()).Members, [parsed.GetRequiredValue(moved)]);
            var request = new MemberUpdateRequest { ID = members[0].ID, ClientURL = parsed.GetValue(client) is { } url ? MemberSyntax.UrlOf(url) : "" };
            if (parsed.GetValue(peer) is { } address) request.PeerURLs.Add(MemberSyntax.UrlOf(address));
            var answer = await etcd.MemberUpdateAsync(request);
            return new(answer.Members, members, "updated in", answer.Header.ClusterId);
        });
    }

    private static DocumentedCommand Changing(DocumentedCommand command, Func<ParseResult, Client.EtcdClient, Task<Changed>> change)
    {
        var client = new ClientOptions(OutputFormat.Simple);
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var etcd = client.Connect(parsed);
            var changed = await change(parsed, etcd);
            if (client.Format(parsed) != OutputFormat.Simple) MemberOutput.Print(changed.Members, client.Format(parsed));
            else foreach (var member in changed.Named) Console.WriteLine($"Member {Show.Id(member.ID)} {changed.How} cluster {Show.Id(changed.ClusterId)}");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>What came of a change.</summary>
    /// <param name="Members">All members now.</param>
    /// <param name="Named">Those that were named.</param>
    /// <param name="How">What was done with them, as etcdctl says it.</param>
    /// <param name="ClusterId">The cluster.</param>
    private sealed record Changed(IEnumerable<Member> Members, IEnumerable<Member> Named, string How, ulong ClusterId);
}
