using System.CommandLine;
using System.Globalization;
using ActorQuorum.Cli.Client;
using ActorQuorum.Cli.Output;
using ActorQuorum.Server.Etcd.Wire;
using Spectre.Console;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>status</c>: each endpoint's own view, asked side by side.</summary>
internal static class StatusCommand
{
    public static Command Build()
    {
        var client = new ClientOptions(OutputFormat.Table);
        var command = new DocumentedCommand(
            "status",
            "Shows for each endpoint its role, term and log; for one that does not answer, why.",
            "actorquorum status",
            "actorquorum status -o json",
            "actorquorum status --endpoints 127.0.0.1:2391,127.0.0.1:2392 --timeout 1s");
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var etcd = client.Connect(parsed);
            var rows = await Task.WhenAll(etcd.Endpoints.Select(endpoint => AskAsync(etcd, endpoint)));
            Print(rows, client.Format(parsed));
            return ExitOf(rows);
        });
        return command;
    }

    private static async Task<Row> AskAsync(EtcdClient etcd, Endpoint endpoint)
    {
        try
        {
            var status = await etcd.StatusAsync(endpoint);
            return new Row(endpoint.Address, await NameAsync(etcd, endpoint, status), status, null);
        }
        catch (CallFailedException e)
        {
            return new Row(endpoint.Address, "", null, e.Message);
        }
    }

    private static async Task<string> NameAsync(EtcdClient etcd, Endpoint endpoint, StatusResponse status)
    {
        var id = status.Header.MemberId;
        try
        {
            return (await etcd.MembersAsync(endpoint)).Members.FirstOrDefault(member => member.ID == id)?.Name ?? Show.Id(id);
        }
        catch (CallFailedException)
        {
            return Show.Id(id);
        }
    }

    private static void Print(Row[] rows, OutputFormat format)
    {
        if (format == OutputFormat.Json) PrintJson(rows);
        else if (format == OutputFormat.Table) PrintTable(rows);
        else foreach (var row in rows) Console.WriteLine(row.Status is { } status ? Line(row, status) : $"{row.Address}, , {row.Reason}, , , ,");
    }

    private static string Line(Row row, StatusResponse status) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Address}, {row.Name}, {Role(status)}, {status.RaftTerm}, {status.RaftIndex}, {status.RaftAppliedIndex}, {status.DbSize}");

    private static void PrintTable(Row[] rows)
    {
        var table = Tables.Create("name", "endpoint", "role", "term", "index", "applied", "size");
        foreach (var row in rows)
        {
            if (row.Status is { } status)
                table.AddRow(Cells(row, status));
            else
                table.AddRow("[red]?[/]", Markup.Escape(row.Address), $"[red]{Markup.Escape(row.Reason ?? "")}[/]", "", "", "", "");
        }

        Tables.Print(table);
    }

    private static string[] Cells(Row row, StatusResponse status) =>
    [
        Markup.Escape(row.Name),
        Markup.Escape(row.Address),
        Coloured(Role(status)),
        status.RaftTerm.ToString(CultureInfo.InvariantCulture),
        status.RaftIndex.ToString(CultureInfo.InvariantCulture),
        status.RaftAppliedIndex.ToString(CultureInfo.InvariantCulture),
        Show.Size(status.DbSize),
    ];

    private static void PrintJson(Row[] rows) => JsonOutput.Print(json => json.Objects(rows, row =>
    {
        json.WriteString("endpoint", row.Address);
        if (row.Status is not { } status)
        {
            json.WriteString("error", row.Reason);
            return;
        }

        json.WriteString("name", row.Name);
        json.WriteString("id", Show.Id(status.Header.MemberId));
        json.WriteString("cluster", Show.Id(status.Header.ClusterId));
        json.WriteString("role", Role(status));
        json.WriteNumber("term", status.RaftTerm);
        json.WriteNumber("index", status.RaftIndex);
        json.WriteNumber("applied", status.RaftAppliedIndex);
        json.WriteNumber("size_bytes", status.DbSize);
        json.Strings("errors", status.Errors);
    }));

    private static string Role(StatusResponse status) => status switch
    {
        { Leader: 0 } => "no leader",
        { IsLearner: true } => "learner",
        _ when status.Leader == status.Header.MemberId => "leader",
        _ => "follower",
    };

    private static string Coloured(string role) => role switch
    {
        "no leader" => $"[yellow]{role}[/]",
        "leader" => $"[green bold]{role}[/]",
        _ => role,
    };

    /// <summary>A table without a leader is no success: a script may wait for one by asking again.</summary>
    private static int ExitOf(Row[] rows) => rows.Any(row => row.Status is { Leader: not 0 }) ? ExitCode.Ok : ExitCode.NoQuorum;

    private sealed record Row(string Address, string Name, StatusResponse? Status, string? Reason);
}
