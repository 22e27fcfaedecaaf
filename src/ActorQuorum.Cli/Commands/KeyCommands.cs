using System.CommandLine;
using System.Globalization;
using System.Text;
using ActorQuorum.Cli.Client;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>put</c>, <c>get</c> and <c>del</c>, with etcdctl's output.</summary>
internal static class KeyCommands
{
    private const string NewLine = "\n";

    public static Command BuildPut()
    {
        var key = Key("The key.");
        var value = new Argument<string>("VALUE") { Description = "Its new value (after -- if it begins with a dash)." };
        var client = new ClientOptions();
        var command = new DocumentedCommand(
            "put",
            "Writes a key; answers OK once a majority of the nodes holds it on disk.",
            "actorquorum put greeting hello",
            "actorquorum put --endpoints 127.0.0.1:2391 balance -- -5")
        {
            key, value,
        };
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var etcd = client.Connect(parsed);
            await etcd.PutAsync(new PutRequest { Key = Bytes(parsed.GetRequiredValue(key)), Value = Bytes(parsed.GetRequiredValue(value)) });
            return await PrintAsync("OK"u8.ToArray());
        });
        return command;
    }

    public static Command BuildGet()
    {
        var key = Key("The key, or with --prefix the beginning of the keys (\"\" for all).");
        var prefix = new Option<bool>("--prefix") { Description = "All keys that begin with KEY." };
        var serializable = new Option<bool>("--serializable")
        {
            Description = "The asked node's own state, at once: may be stale, but needs no quorum.",
        };
        var client = new ClientOptions();
        var command = new DocumentedCommand(
            "get",
            "Prints keys and their values, a line each; nothing if there is no such key. Sees every write acknowledged before.",
            "actorquorum get greeting",
            "actorquorum get user/ --prefix",
            "actorquorum get greeting --serializable --endpoints 127.0.0.1:2392")
        {
            key, prefix, serializable,
        };
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var etcd = client.Connect(parsed);
            var (first, end) = Range(parsed.GetRequiredValue(key), parsed.GetValue(prefix));
            var answer = await etcd.GetAsync(
                new RangeRequest { Key = first, RangeEnd = end, Serializable = parsed.GetValue(serializable) });
            return await PrintAsync([.. answer.Kvs.SelectMany(pair => new[] { pair.Key.ToByteArray(), pair.Value.ToByteArray() })]);
        });
        return command;
    }

    public static Command BuildDelete()
    {
        var key = Key("The key, or with --prefix the beginning of the keys (\"\" for all).");
        var prefix = new Option<bool>("--prefix") { Description = "All keys that begin with KEY." };
        var client = new ClientOptions();
        var command = new DocumentedCommand(
            "del",
            "Deletes keys; prints how many there were.",
            "actorquorum del greeting",
            "actorquorum del user/ --prefix")
        {
            key, prefix,
        };
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var etcd = client.Connect(parsed);
            var (first, end) = Range(parsed.GetRequiredValue(key), parsed.GetValue(prefix));
            var answer = await etcd.DeleteAsync(new DeleteRangeRequest { Key = first, RangeEnd = end });
            return await PrintAsync(Encoding.UTF8.GetBytes(answer.Deleted.ToString(CultureInfo.InvariantCulture)));
        });
        return command;
    }

    private static Argument<string> Key(string description) => new("KEY") { Description = description };

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    private static (ByteString First, ByteString End) Range(string key, bool isPrefix)
    {
        // The API takes no empty key: all keys are those from the first possible one, a zero byte, on.
        if (isPrefix)
            return key.Length == 0 ? (ByteString.CopyFrom(0), ByteString.CopyFrom(0)) : (Bytes(key), KeyRange.EndOfPrefix(Bytes(key)));
        if (key.Length == 0)
            throw new CommandFailedException(ExitCode.Usage, "KEY is empty: give a key, or --prefix for all keys.");
        return (Bytes(key), ByteString.Empty);
    }

    /// <summary>Prints values as they are: they need not be text.</summary>
    private static async Task<int> PrintAsync(params byte[][] lines)
    {
        await using var output = Console.OpenStandardOutput();
        await using var buffer = new BufferedStream(output);
        foreach (var line in lines)
        {
            await buffer.WriteAsync(line);
            buffer.WriteByte((byte)NewLine[0]);
        }

        return ExitCode.Ok;
    }
}
