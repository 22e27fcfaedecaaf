using System.Text.Json;
using ActorQuorum.Cli.Output;
using ActorQuorum.Server.Debug.Wire;
using Spectre.Console;

namespace ActorQuorum.Cli.Debugging;

/// <summary>Prints dumps: nodes side by side for people, a field a line for grep, one object a node for programs.</summary>
internal static class DumpOutput
{
    public static void Print(NodeDump[] dumps, OutputFormat format)
    {
        switch (format)
        {
            case OutputFormat.Json: PrintJson(dumps); break;
            case OutputFormat.Table: PrintTables(dumps); break;
            default: PrintLines(dumps); break;
        }
    }

    private static void PrintTables(NodeDump[] dumps)
    {
        var answers = dumps.Where(dump => dump.Dump is not null).ToArray();
        if (answers.Length > 0) Tables.Print(NodeTable(answers));
        foreach (var leader in answers.Where(dump => dump.Dump!.Followers.Count > 0))
        {
            Console.WriteLine($"{leader.Name} knows of its followers:");
            Tables.Print(FollowerTable(leader.Dump!));
        }

        if (dumps.Length == 1) return;
        foreach (var silent in dumps.Where(dump => dump.Dump is null)) Console.WriteLine($"{silent.Name} at {silent.Address}: {silent.Reason}");
    }

    private static Table NodeTable(NodeDump[] answers)
    {
        var table = Tables.Create(["", .. answers.Select(dump => Markup.Escape(dump.Name))]);
        table.AddRow(["endpoint", .. answers.Select(dump => Markup.Escape(dump.Address))]);
        var fields = answers.Select(dump => DumpFields.Of(dump.Dump!).ToArray()).ToArray();
        foreach (var name in Names(fields))
            table.AddRow([Markup.Escape(name), .. fields.Select(of => Cell(name, of.FirstOrDefault(field => field.Name == name).Value ?? ""))]);
        return table;
    }

    /// <summary>The names of all fields in order; those of the peers, which differ from node to node, come last.</summary>
    private static IEnumerable<string> Names((string Name, string Value)[][] fields)
    {
        var names = fields.SelectMany(of => of.Select(field => field.Name)).Distinct().ToArray();
        return
        [
            .. names.Where(name => !DumpFields.IsPeer(name)),
            .. names.Where(DumpFields.IsPeer).Order(StringComparer.Ordinal),
        ];
    }

    private static string Cell(string name, string value) => (name, value) switch
    {
        ("role", "leader") => "[green bold]leader[/]",
        ("may vote", "no") => "[yellow]no[/]",
        (_, "not connected") => "[red]not connected[/]",
        _ => Markup.Escape(value),
    };

    private static Table FollowerTable(DumpResponse leader)
    {
        var rows = leader.Followers.Select(follower => (follower.Name, Fields: DumpFields.Of(follower, leader.LastIndex).ToArray())).ToArray();
        var table = Tables.Create(["follower", .. rows[0].Fields.Select(field => field.Name)]);
        foreach (var (name, fields) in rows) table.AddRow([Markup.Escape(name), .. fields.Select(field => Cell(field.Name, field.Value))]);
        return table;
    }

    /// <summary>A line a field, each with all that leads to it: <c>n1.follower.n2.match: 7</c>.</summary>
    private static void PrintLines(NodeDump[] dumps)
    {
        foreach (var dump in dumps)
        {
            Console.WriteLine($"{dump.Name}.endpoint: {dump.Address}");
            if (dump.Dump is not { } answer)
            {
                Console.WriteLine($"{dump.Name}.error: {dump.Reason}");
                continue;
            }

            foreach (var (name, value) in DumpFields.Of(answer)) Console.WriteLine($"{dump.Name}.{Word(name)}: {value}");
            foreach (var follower in answer.Followers)
            {
                foreach (var (name, value) in DumpFields.Of(follower, answer.LastIndex))
                    Console.WriteLine($"{dump.Name}.follower.{follower.Name}.{Word(name)}: {value}");
            }
        }
    }

    private static string Word(string name) => name.Replace(' ', '-');

    private static void PrintJson(NodeDump[] dumps) => JsonOutput.Print(json => json.Objects(dumps, dump =>
    {
        json.WriteString("name", dump.Name);
        json.WriteString("endpoint", dump.Address);
        if (dump.Dump is { } answer) WriteNode(json, answer);
        else json.WriteString("error", dump.Reason);
    }));

    private static void WriteNode(Utf8JsonWriter json, DumpResponse dump)
    {
        json.WriteString("id", Show.Id(dump.Header.MemberId));
        json.WriteString("cluster", Show.Id(dump.Header.ClusterId));
        json.WriteString("role", dump.Role);
        json.WriteNumber("term", dump.Term);
        json.WriteString("vote", dump.VoteName);
        json.WriteString("leader", dump.LeaderName);
        json.WriteBoolean("may_vote", dump.Proven);
        json.WritePropertyName("log");
        json.Object(() =>
        {
            json.WriteNumber("first", dump.FirstIndex);
            json.WriteNumber("last", dump.LastIndex);
            json.WriteNumber("last_term", dump.LastTerm);
            json.WriteNumber("durable", dump.DurableIndex);
            json.WriteNumber("commit", dump.CommitIndex);
            json.WriteNumber("applied", dump.AppliedIndex);
            json.WriteNumber("size_bytes", dump.LogSizeBytes);
        });
        json.WriteNumber("revision", dump.Header.Revision);
        json.WritePropertyName("followers");
        json.Objects(dump.Followers, follower => WriteFollower(json, follower));
        json.WritePropertyName("peers");
        json.Objects(dump.Peers, peer =>
        {
            json.WriteString("name", peer.Name);
            json.WriteBoolean("connected", peer.Connected);
            json.WriteNumber("queued_messages", peer.QueuedMessages);
            json.WriteNumber("queued_bytes", peer.QueuedBytes);
        });
        json.WritePropertyName("queues");
        json.Objects(dump.Queues, queue =>
        {
            json.WriteString("name", queue.Name);
            json.WriteNumber("length", queue.Length);
            if (queue.Limit > 0) json.WriteNumber("limit", queue.Limit);
        });
    }

    private static void WriteFollower(Utf8JsonWriter json, Follower follower)
    {
        json.WriteString("name", follower.Name);
        json.WriteNumber("match", follower.MatchIndex);
        json.WriteNumber("next", follower.NextIndex);
        json.WriteBoolean("probing", follower.Probing);
        json.WriteBoolean("may_vote", follower.Proven);
        json.WriteNumber("under_way", follower.UnderWay);
        json.WriteNumber("since_heard_ms", follower.SinceHeardMs);
    }
}
