using System.CommandLine;
using ActorQuorum.Cli.Keys;
using ActorQuorum.Cli.Output;
using ActorQuorum.StateMachines.Etcd;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>put</c>, <c>get</c>, <c>del</c> and <c>compact</c>; their plain output is etcdctl's.</summary>
internal static class KeyCommands
{
    public static Command BuildPut()
    {
        var command = new DocumentedCommand(
            "put",
            "Writes a key; answers OK once a majority of the nodes holds it on disk.",
            "actorquorum put greeting hello",
            "actorquorum put greeting hello --namespace shop",
            "actorquorum put settings --file settings.json",
            "date | actorquorum put today --file -",
            "actorquorum put --endpoints 127.0.0.1:2391 balance -- -5");
        var (words, space, client) = (new PutSyntax(), new NamespaceOption(), new ClientOptions(OutputFormat.Simple));
        words.AddTo(command);
        space.AddTo(command);
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var keys = space.Of(parsed);
            var request = words.Read(parsed, keys);
            using var etcd = client.Connect(parsed);
            return new KeyOutput(client.Format(parsed), keys).Print(await etcd.PutAsync(request));
        });
        return command;
    }

    public static Command BuildGet()
    {
        var valueOnly = new Option<bool>("--print-value-only") { Description = "Values without their keys (plain output only)." };
        var command = new DocumentedCommand(
            "get",
            "Prints keys and their values, a line each; nothing if there is no such key. Sees every write acknowledged before.",
            "actorquorum get greeting",
            "actorquorum get greeting --print-value-only",
            "actorquorum get user/ --prefix -o table",
            "actorquorum get user/ --prefix --sort-by modify --order descend --limit 10",
            "actorquorum get \"\" --prefix --namespace shop",
            "actorquorum get greeting --rev 7 -o json",
            "actorquorum get greeting --serializable --endpoints 127.0.0.1:2392");
        var (words, space, client) = (new RangeSyntax(), new NamespaceOption(), new ClientOptions(OutputFormat.Simple));
        words.AddTo(command);
        command.Add(valueOnly);
        space.AddTo(command);
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var keys = space.Of(parsed);
            var request = words.Read(parsed, keys);
            using var etcd = client.Connect(parsed);
            var answer = await etcd.GetAsync(request);
            return new KeyOutput(client.Format(parsed), keys).Print(answer, request.CountOnly, parsed.GetValue(valueOnly));
        });
        return command;
    }

    public static Command BuildDelete()
    {
        var command = new DocumentedCommand(
            "del",
            "Deletes keys; prints how many there were.",
            "actorquorum del greeting",
            "actorquorum del user/ --prefix --prev-kv",
            "actorquorum del \"\" --prefix --namespace shop");
        var (words, space, client) = (new DeleteSyntax(), new NamespaceOption(), new ClientOptions(OutputFormat.Simple));
        words.AddTo(command);
        space.AddTo(command);
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var keys = space.Of(parsed);
            var request = words.Read(parsed, keys);
            using var etcd = client.Connect(parsed);
            return new KeyOutput(client.Format(parsed), keys).Print(await etcd.DeleteAsync(request));
        });
        return command;
    }

    public static Command BuildCompact()
    {
        var revision = new Argument<long>("REVISION") { Description = "The oldest revision that can still be read afterwards." };
        var physical = new Option<bool>("--physical") { Description = "As etcdctl has it; changes nothing here: once answered, no old version can be read." };
        var client = new ClientOptions(OutputFormat.Simple);
        var command = new DocumentedCommand(
            "compact",
            "Forgets the history of all keys before a revision; the keys themselves stay.",
            "actorquorum compact 1000",
            "actorquorum compact 1000 --physical")
        {
            revision, physical,
        };
        command.Aliases.Add("compaction");
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var etcd = client.Connect(parsed);
            var request = new CompactionRequest { Revision = parsed.GetRequiredValue(revision), Physical = parsed.GetValue(physical) };
            return new KeyOutput(client.Format(parsed), Keyspace.Default).Print(await etcd.CompactAsync(request), request.Revision);
        });
        return command;
    }
}
