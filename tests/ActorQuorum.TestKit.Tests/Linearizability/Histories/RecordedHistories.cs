using System.Text.RegularExpressions;
using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;

namespace ActorQuorum.TestKit.Tests.Linearizability.Histories;

/// <summary>Readers for the recorded histories that lie beside the project where they are to be had.</summary>
internal static partial class RecordedHistories
{
    /// <summary>The folder, beside the project's own or further up; null if there is none.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>A register's history as Jepsen logs it: client, :invoke, :ok, :fail or :info, operation, value, by tabs.</summary>
    public static IReadOnlyList<Operation<RegisterInput, RegisterOutput>> ReadRegister(string path)
    {
        var recorder = new HistoryRecorder<RegisterInput, RegisterOutput>();
        var running = new Dictionary<int, (int Ticket, RegisterInput Input)>();
        foreach (Match line in RegisterLine().Matches(File.ReadAllText(path)))
        {
            var client = int.Parse(line.Groups["client"].Value);
            var value = line.Groups["value"].Value;
            if (line.Groups["type"].Value == "invoke")
            {
                var input = RegisterInputOf(line.Groups["operation"].Value, value);
                running.Add(client, (recorder.Call(client, input), input));
                continue;
            }

            running.Remove(client, out var call).ShouldBeTrue(line.Value);
            switch (line.Groups["type"].Value, call.Input.Kind)
            {
                case ("ok", RegisterOperation.Read): recorder.Return(call.Ticket, RegisterOutput.Read(Number(value))); break;
                case ("ok", _): recorder.Return(call.Ticket, RegisterOutput.Done); break;
                case ("fail", RegisterOperation.CompareAndSet): recorder.Return(call.Ticket, RegisterOutput.Unchanged); break;
                case ("fail", _): recorder.Refuse(call.Ticket); break;
            }
        }

        return recorder.History;
    }

    /// <summary>The history of several strings: get, put, append.</summary>
    public static IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> ReadKeyValue(string path)
    {
        var recorder = new HistoryRecorder<KeyValueInput, KeyValueOutput>();
        var running = new Dictionary<int, int>();
        foreach (Match line in KeyValueLine().Matches(File.ReadAllText(path)))
        {
            var client = int.Parse(line.Groups["client"].Value);
            var (key, value) = (line.Groups["key"].Value, line.Groups["value"].Value);
            var operation = line.Groups["operation"].Value;
            if (line.Groups["type"].Value == "invoke")
                running.Add(client, recorder.Call(client, operation switch
                {
                    "get" => KeyValueInput.Get(key),
                    "put" => KeyValueInput.Put(key, value),
                    _ => KeyValueInput.Append(key, value),
                }));
            else if (running.Remove(client, out var ticket))
                recorder.Return(ticket, operation == "get" ? KeyValueOutput.Got(value) : KeyValueOutput.Done);
        }

        return recorder.History;
    }

    private static RegisterInput RegisterInputOf(string operation, string value) => operation switch
    {
        "read" => RegisterInput.Read,
        "write" => RegisterInput.Write(Number(value)),
        _ => RegisterInput.CompareAndSet(Number(value.Trim('[', ']').Split(' ')[0]), Number(value.Trim('[', ']').Split(' ')[1])),
    };

    private static long? Number(string text) => text == "nil" ? null : long.Parse(text);

    private static string? Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "shared", "histories");
            if (Directory.Exists(folder)) return folder;
        }

        return null;
    }

    [GeneratedRegex(@"- (?<client>\d+)\t:(?<type>invoke|ok|fail|info)\t:(?<operation>read|write|cas)\t(?<value>\S.*)")]
    private static partial Regex RegisterLine();

    [GeneratedRegex(
        """\{:process (?<client>\d+), :type :(?<type>invoke|ok), :f :(?<operation>get|put|append), """ +
        """:key "(?<key>[^"]*)", :value (nil|"(?<value>[^"]*)")\}""")]
    private static partial Regex KeyValueLine();
}
