using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;

namespace ActorQuorum.TestKit.Tests.Linearizability.Histories;

/// <summary>
/// Histories as texts. An event is a client and what happens to it: <c>0 write 1</c>, <c>0 read</c>, <c>0 cas 1 2</c> call; <c>0 ok</c>,
/// <c>0 no</c>, <c>0 = 5</c> return. Events are separated by semicolons and happen one after the other.
/// </summary>
internal static class Script
{
    public static IReadOnlyList<Operation<RegisterInput, RegisterOutput>> Register(string script)
    {
        var recorder = new HistoryRecorder<RegisterInput, RegisterOutput>();
        var running = new Dictionary<int, int>();
        foreach (var words in Events(script))
        {
            var client = int.Parse(words[0]);
            switch (words[1])
            {
                case "ok": recorder.Return(running[client], RegisterOutput.Done); break;
                case "no": recorder.Return(running[client], RegisterOutput.Unchanged); break;
                case "=": recorder.Return(running[client], RegisterOutput.Read(Number(words[2]))); break;
                case "read": running[client] = recorder.Call(client, RegisterInput.Read); break;
                case "write": running[client] = recorder.Call(client, RegisterInput.Write(Number(words[2]))); break;
                case "cas": running[client] = recorder.Call(client, RegisterInput.CompareAndSet(Number(words[2]), Number(words[3]))); break;
                default: throw new FormatException($"'{words[1]}' is no event.");
            }
        }

        return recorder.History;
    }

    public static IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> KeyValue(string script)
    {
        var recorder = new HistoryRecorder<KeyValueInput, KeyValueOutput>();
        var running = new Dictionary<int, int>();
        foreach (var words in Events(script))
        {
            var client = int.Parse(words[0]);
            switch (words[1])
            {
                case "ok": recorder.Return(running[client], KeyValueOutput.Done); break;
                case "no": recorder.Return(running[client], KeyValueOutput.Unchanged); break;
                case "=": recorder.Return(running[client], KeyValueOutput.Got(Text(words[2]))); break;
                case "get": running[client] = recorder.Call(client, KeyValueInput.Get(words[2])); break;
                case "put": running[client] = recorder.Call(client, KeyValueInput.Put(words[2], words[3])); break;
                case "append": running[client] = recorder.Call(client, KeyValueInput.Append(words[2], words[3])); break;
                case "delete": running[client] = recorder.Call(client, KeyValueInput.Delete(words[2])); break;
                case "cas":
                    running[client] = recorder.Call(client, KeyValueInput.CompareAndSet(words[2], Text(words[3]), Text(words[4])));
                    break;
                default: throw new FormatException($"'{words[1]}' is no event.");
            }
        }

        return recorder.History;
    }

    private static IEnumerable<string[]> Events(string script) =>
        script.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split(' '));

    private static long? Number(string word) => word == "nil" ? null : long.Parse(word);

    private static string? Text(string word) => word == "nil" ? null : word;
}
