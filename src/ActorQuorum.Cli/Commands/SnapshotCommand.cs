using System.CommandLine;
using System.Globalization;
using ActorQuorum.Cli.Offline;
using ActorQuorum.Cli.Output;
using ActorQuorum.Configuration;
using ActorQuorum.Storage;
using Spectre.Console;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>snapshot</c>: backups, as <c>etcdctl</c> and <c>etcdutl</c> make them.</summary>
internal static class SnapshotCommand
{
    public static Command Build()
    {
        var command = new DocumentedCommand(
            "snapshot",
            "Saves a running node's data to a file, shows what is in one, and makes a new data directory of one.",
            "actorquorum snapshot save backup.snap --endpoints 127.0.0.1:2392",
            "actorquorum snapshot status backup.snap",
            "actorquorum snapshot restore backup.snap -c config/n1.conf")
        {
            BuildSave(), BuildStatus(), BuildRestore(),
        };
        return command;
    }

    private static DocumentedCommand BuildSave()
    {
        var file = new Argument<string>("FILE") { Description = "Where to; not there yet." };
        var client = new ClientOptions(OutputFormat.Simple);
        var command = new DocumentedCommand(
            "save", "Saves what one running node holds, checked, to a file.", "actorquorum snapshot save backup.snap --endpoints 127.0.0.1:2392") { file };
        client.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using var etcd = client.Connect(parsed);
            var path = parsed.GetRequiredValue(file);
            if (File.Exists(path)) throw new CommandFailedException(ExitCode.Usage, $"{path} is there already; name a file that is not.");
            try
            {
                await SnapshotDownload.SaveAsync(etcd.Endpoints, path, stop);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailedException(ExitCode.Failed, e.Message, e);
            }

            Print(SnapshotContent.Of(path), client.Format(parsed), path);
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand BuildStatus()
    {
        var file = new Argument<string>("FILE") { Description = "The snapshot." };
        var output = new OutputOption(OutputFormat.Simple);
        var command = new DocumentedCommand(
            "status", "Checks a snapshot, every byte of it, and shows what it holds.", "actorquorum snapshot status backup.snap -o json")
        {
            file, output.Option,
        };
        command.SetAction(parsed => OfflineNode.Work(() =>
        {
            var path = parsed.GetRequiredValue(file);
            Print(SnapshotContent.Of(path), output.Of(parsed), path);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static DocumentedCommand BuildRestore()
    {
        var file = new Argument<string>("FILE") { Description = "The snapshot." };
        var directory = new Option<string?>("--data-dir") { Description = "The new data directory [default: node.data-dir of the configuration].", HelpName = "DIR" };
        var node = new OfflineNode();
        var command = new DocumentedCommand(
            "restore",
            "Makes a new data directory from a snapshot: a cluster of one, with a new cluster id and a higher term, to which members can be added.",
            "actorquorum snapshot restore backup.snap -c config/n1.conf",
            "actorquorum snapshot restore backup.snap -c config/n1.conf --data-dir data/n1-restored")
        {
            file, directory,
        };
        node.AddTo(command);
        command.SetAction(parsed =>
        {
            var options = node.Options(parsed);
            if (parsed.GetValue(directory) is { } given) options = options with { DataDirectory = given };
            return OfflineNode.Work(() => Restore(parsed.GetRequiredValue(file), options));
        });
        return command;
    }

    private static int Restore(string file, NodeOptions options)
    {
        var (head, identity) = StoppedNode.Restore(
            new LocalFileSystem(), LocalFile.OpenToRead(file), file, options, OfflineNode.DrawIncarnation, OfflineNode.DrawClusterId, DateTimeOffset.UtcNow);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {options.DataDirectory} is a new data directory of {options.Name}, with what the snapshot of cluster {head.ClusterId:x16} holds up to entry {head.Index}.
            It is a cluster of one, of id {identity.ClusterId:x16}: nodes of the old cluster and this one do not hear each other. Start it, then add members to it.
            """));
        return ExitCode.Ok;
    }

    private static void Print(SnapshotContent content, OutputFormat format, string path)
    {
        if (format == OutputFormat.Json)
        {
            JsonOutput.Print(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("index", content.Head.Index);
                json.WriteNumber("term", content.Head.Term);
                json.WriteNumber("revision", content.Revision);
                json.WriteNumber("totalKey", content.Keys);
                json.WriteNumber("totalSize", content.SizeBytes);
                json.WriteString("hash", content.Hash);
                json.WriteString("cluster", content.Head.ClusterId.ToString("x16", CultureInfo.InvariantCulture));
                json.WriteString("created", content.Head.Created.ToString("O", CultureInfo.InvariantCulture));
                json.WriteEndObject();
            });
            return;
        }

        (string Name, string Value)[] lines =
        [
            ("file", path),
            ("index", content.Head.Index.ToString(CultureInfo.InvariantCulture)),
            ("term", content.Head.Term.ToString(CultureInfo.InvariantCulture)),
            ("revision", content.Revision.ToString(CultureInfo.InvariantCulture)),
            ("keys", content.Keys.ToString(CultureInfo.InvariantCulture)),
            ("size", content.SizeBytes.ToString(CultureInfo.InvariantCulture)),
            ("hash", content.Hash),
            ("cluster", content.Head.ClusterId.ToString("x16", CultureInfo.InvariantCulture)),
            ("created", content.Head.Created.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
        ];
        if (format != OutputFormat.Table)
        {
            foreach (var (name, value) in lines) Console.WriteLine($"{name,-9} {value}");
            return;
        }

        var table = Tables.Create("what", "value");
        foreach (var (name, value) in lines) table.AddRow(name, Markup.Escape(value));
        Tables.Print(table);
    }
}
