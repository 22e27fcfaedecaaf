using System.Collections.Concurrent;
using System.Globalization;
using ActorQuorum.Akka.Tests.Cluster;
using ActorQuorum.Core.Raft;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace ActorQuorum.Akka.Tests.Logging;

/// <summary>The node's log lines on both hosts, as Serilog gets them.</summary>
public sealed class SerilogTests
{
    [Fact]
    public async Task Role_changes_read_the_same_as_on_the_mailbox_host()
    {
        await using var cluster = new AkkaCluster(1);
        var sink = new Sink();
        using var mailboxLog = new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();
        using (var loggers = new SerilogLoggerFactory(mailboxLog))
        await using (var node = await QuorumNode.StartAsync(cluster.OptionsOf("n1") with { Storage = ActorQuorum.Configuration.StorageKind.Memory }, loggers))
            await Eventually.ShouldBeAsync(() => sink.Roles.Count == 2, "it leads");
        var expected = sink.Roles;
        expected.ShouldBe(["n1 Follower → Candidate term 1 (no leader yet)", "n1 Candidate → Leader term 1 (votes n1)"]);

        var akkaSink = new Sink();
        using var akkaLog = new LoggerConfiguration().WriteTo.Sink(akkaSink).CreateLogger();
        Log.Logger = akkaLog;
        cluster.SystemSettings = "akka { loglevel = INFO, stdout-loglevel = OFF }";
        var alone = await cluster.StartAsync("n1");
        await Eventually.ShouldBeAsync(() => akkaSink.Roles.Count == 2, "it leads there too");
        akkaSink.Roles.ShouldBe(expected);
        var change = akkaSink.Events.First(e => e.MessageTemplate.Text.Contains("{From} → {To}", StringComparison.Ordinal));
        change.Properties["Node"].ToString("l", CultureInfo.InvariantCulture).ShouldBe("n1");
        change.Properties["To"].ToString().ShouldBe(nameof(Role.Candidate));
        alone.Node.Status.Role.ShouldBe(Role.Leader);
    }

    [Fact]
    public async Task The_last_word_of_a_node_reaches_the_log_with_its_cause()
    {
        await using var cluster = new AkkaCluster(1) { SystemSettings = "akka { loglevel = INFO, stdout-loglevel = OFF }" };
        var sink = new Sink();
        using var log = new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();
        Log.Logger = log;
        var alone = await cluster.StartAsync("n1");
        alone.System.ActorSelection("/user/quorum/storage").Tell(global::Akka.Actor.Kill.Instance);
        await Eventually.ShouldBeAsync(() => sink.Lines.Any(line => line.StartsWith("n1 stops: ", StringComparison.Ordinal)), "it says so");
        sink.Events.First(e => e.Level == LogEventLevel.Error).Exception.ShouldNotBeNull();
    }

    private sealed class Sink : ILogEventSink
    {
        public ConcurrentQueue<LogEvent> Events { get; } = new();

        public IReadOnlyList<string> Lines => [.. Events.Select(Text)];

        public IReadOnlyList<string> Roles => [.. Lines.Where(line => line.Contains('→', StringComparison.Ordinal))];

        public void Emit(LogEvent logEvent) => Events.Enqueue(logEvent);

        private static string Text(LogEvent logEvent)
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            new Serilog.Formatting.Display.MessageTemplateTextFormatter("{Message:l}", CultureInfo.InvariantCulture).Format(logEvent, text);
            return text.ToString();
        }
    }
}
