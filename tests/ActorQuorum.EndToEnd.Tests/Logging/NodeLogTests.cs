using System.Text.Json;
using ActorQuorum.Cli.Logging;
using ActorQuorum.Configuration;
using ActorQuorum.EndToEnd.Tests.Harness;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;

namespace ActorQuorum.EndToEnd.Tests.Logging;

[Trait("Row", "RP-4")]
public sealed class NodeLogTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_may_hold_lines_for_people()
    {
        Write("", (loggers, _) => loggers.CreateLogger("ActorQuorum.Transport").LogWarning("{Node} lost {Peer}", "n1", "n2"))
            .Single().ShouldMatch(@"^\d\d:\d\d:\d\d\.\d{3} WRN n1 lost n2$");
    }

    [Fact]
    public void A_file_may_hold_an_object_a_line()
    {
        var lines = Write("logging.file.format = json", (loggers, _) =>
        {
            loggers.CreateLogger("ActorQuorum.Election").LogInformation("{Node} {From} → {To} term {Term}", "n1", "Candidate", "Leader", 7);
            loggers.CreateLogger("ActorQuorum.Server").LogError(new IOException("gone"), "A call failed\nbadly");
        });
        lines.Length.ShouldBe(2);
        var role = JsonDocument.Parse(lines[0]).RootElement;
        role.GetProperty("Level").GetString().ShouldBe("Information");
        role.GetProperty("RenderedMessage").GetString()!.ShouldContain("term 7");
        role.GetProperty("Timestamp").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
        var properties = role.GetProperty("Properties");
        properties.GetProperty("Term").GetInt32().ShouldBe(7);
        properties.GetProperty("To").GetString().ShouldBe("Leader");
        properties.GetProperty("Node").GetString().ShouldBe("n1");
        properties.GetProperty("SourceContext").GetString().ShouldBe("ActorQuorum.Election");

        var error = JsonDocument.Parse(lines[1]).RootElement;
        error.GetProperty("Exception").GetString()!.ShouldContain("gone");
        error.GetProperty("Properties").GetProperty("Node").GetString().ShouldBe("n1", "each line names its node, whatever the message says");
    }

    [Fact]
    public void Each_room_has_a_level_of_its_own()
    {
        var settings = "logging { level = warning, levels { election = debug, storage = none, http = info, process = error } }";
        Write(settings, LogEverywhere).Select(line => line.Split(' ')[^1]).ShouldBe(
        [
            "ActorQuorum.Node:Warning", "ActorQuorum.Election:Debug", "ActorQuorum.Election:Information", "ActorQuorum.Election:Warning",
            "ActorQuorum.Transport:Warning", "ActorQuorum.Server.EtcdServer:Warning",
            "Microsoft.AspNetCore.Server.Kestrel:Information", "Microsoft.AspNetCore.Server.Kestrel:Warning",
        ]);
    }

    [Fact]
    public void By_default_the_http_server_tells_only_of_trouble_even_with_debug()
    {
        Write("", LogEverywhere, debug: true).Where(line => line.Contains("Microsoft", StringComparison.Ordinal)).Select(line => line.Split(' ')[^1])
            .ShouldBe(["Microsoft.AspNetCore.Server.Kestrel:Warning"]);
        Write("", LogEverywhere, debug: true).Count(line => line.EndsWith("ActorQuorum.Node:Debug", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void Files_are_of_bounded_size_and_only_so_many_are_kept()
    {
        Write("logging.file { size-limit = 64KiB, keep = 2 }", (loggers, flushed) =>
        {
            var logger = loggers.CreateLogger("ActorQuorum.Node");
            var line = new string('x', 1000);
            for (var i = 0; i < 500; i++)
            {
                logger.LogInformation("{Line}", line);
                if (i % 100 == 0) flushed();
            }
        });
        var files = Directory.GetFiles(_folder.Path, "log*");
        files.Length.ShouldBe(2);
        files.ShouldAllBe(file => new FileInfo(file).Length <= (64 << 10) + 2000);
    }

    private static void LogEverywhere(ILoggerFactory loggers, Action flushed)
    {
        string[] sources =
        [
            "ActorQuorum.Node", "ActorQuorum.Election", "ActorQuorum.Storage", "ActorQuorum.Transport", "ActorQuorum.Server.EtcdServer",
            "ActorQuorum.Cli.Nodes.NodeProcess", "Microsoft.AspNetCore.Server.Kestrel",
        ];
        foreach (var source in sources)
            foreach (var level in new[] { LogLevel.Debug, LogLevel.Information, LogLevel.Warning })
                loggers.CreateLogger(source).Log(level, "{Source}:{Level}", source, level);
    }

    /// <summary>Logs with settings as a configuration file has them, and gives the first file's lines, if it is still kept.</summary>
    private string[] Write(string settings, Action<ILoggerFactory, Action> log, bool debug = false)
    {
        foreach (var old in Directory.GetFiles(_folder.Path)) File.Delete(old);
        var path = Path.Combine(_folder.Path, "log.txt").Replace('\\', '/');
        var config = _folder.Write("n.conf", $$"""
            actorquorum {
              node.name = n1, cluster { id = c, members { n1 { peer = "h:1", client = "h:2" } } }
              logging.file.path = "{{path}}"
              {{settings}}
            }
            """);
        using (var serilog = NodeLog.Create(NodeOptionsReader.Load(config), debug))
        using (var loggers = new SerilogLoggerFactory(serilog))
            log(loggers, () => Eventually.HoldsAsync("the file grows", () => File.Exists(path), () => path).GetAwaiter().GetResult());
        return File.Exists(path) ? File.ReadAllLines(path) : [];
    }
}
