using System.CommandLine;
using System.Globalization;
using ActorQuorum.Cli.Client;
using ActorQuorum.Server.Etcd.Wire;
using Spectre.Console;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>status</c>: each endpoint's own view, asked side by side.</summary>
internal static class StatusCommand
{
    public static Command Build()
    {
        var client = new ClientOptions();
        var command = new DocumentedCommand(
            "status",
            "Shows for each endpoint its role, term and log; for one that does not answer, why.",
            "actorquorum status",
            "actorquorum status --endpoints 127.0.0.1:2391,127.0.0.1:2392 --timeout 1s");
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var etcd = client.Connect(parsed);
            return Print(await Task.WhenAll(etcd.Endpoints.Select(endpoint => AskAsync(etcd, endpoint))));
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
            return (await etcd.MembersAsync(endpoint)).Members.FirstOrDefault(member => member.ID == id)?.Name ?? Hex(id);
        }
        catch (CallFailedException)
        {
            return Hex(id);
        }
    }

    private static int Print(Row[] rows)
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
        return ExitOf(rows);
    }

    private static string[] Cells(Row row, StatusResponse status) =>
    [
        Markup.Escape(row.Name),
        Markup.Escape(row.Address),
        Role(status),
        status.RaftTerm.ToString(CultureInfo.InvariantCulture),
        status.RaftIndex.ToString(CultureInfo.InvariantCulture),
        status.RaftAppliedIndex.ToString(CultureInfo.InvariantCulture),
        Size(status.DbSize),
    ];

    private static string Role(StatusResponse status) => status switch
    {
        { Leader: 0 } => "[yellow]no leader[/]",
        { IsLearner: true } => "learner",
        _ when status.Leader == status.Header.MemberId => "[green bold]leader[/]",
        _ => "follower",
    };

    /// <summary>A table without a leader is no success: a script may wait for one by asking again.</summary>
    private static int ExitOf(Row[] rows) => rows.Any(row => row.Status is { Leader: not 0 }) ? ExitCode.Ok : ExitCode.NoQuorum;

    private static string Size(long bytes) => bytes switch
    {
        < 1 << 10 => FormattableString.Invariant($"{bytes} B"),
        < 1 << 20 => FormattableString.Invariant($"{bytes / 1024.0:0.0} KiB"),
        < 1 << 30 => FormattableString.Invariant($"{bytes / 1024.0 / 1024.0:0.0} MiB"),
        _ => FormattableString.Invariant($"{bytes / 1024.0 / 1024.0 / 1024.0:0.0} GiB"),
    };

    private static string Hex(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);

    private sealed record Row(string Address, string Name, StatusResponse? Status, string? Reason);
}
