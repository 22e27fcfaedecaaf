using ActorQuorum.Akka.Tests.Cluster;
using ActorQuorum.Configuration;

namespace ActorQuorum.Akka.Tests.Configuration;

/// <summary>The akka section of a node's file.</summary>
public sealed class AkkaSectionTests : IDisposable
{
    private const string Node = """
        actorquorum {
          node.name = n1
          cluster { id = x, members { n1 { peer = "127.0.0.1:7101", client = "127.0.0.1:2391" } } }
        }

        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("actorquorum-akka-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void It_lies_over_what_a_quorum_needs_which_lies_over_what_follows_from_the_node()
    {
        var config = Load("akka { loglevel = WARNING, remote { retry-gate-closed-for = 1s } }").System;
        config.GetString("akka.loglevel").ShouldBe("WARNING");
        config.GetTimeSpan("akka.remote.retry-gate-closed-for").ShouldBe(TimeSpan.FromSeconds(1));
        config.GetBoolean("akka.remote.untrusted-mode").ShouldBeTrue();
        (config.GetString("akka.remote.dot-netty.tcp.hostname"), config.GetInt("akka.remote.dot-netty.tcp.port")).ShouldBe(("127.0.0.1", 7101));
        config.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size").ShouldBe((8 << 20) + (64 << 10));
    }

    [Fact]
    public void Our_reader_resolves_what_is_to_be_resolved_before_Akka_sees_it()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "more.conf"), "akka.actor { a = [1], a = ${akka.actor.a} [2] }");
        var config = Load("include \"more.conf\"\nakka { home = /var/${actorquorum.node.name}/x, \"System.Version, x.y\" = \"a \\\"b\\\" \\\\ c\", last { b = 1 }, more = true }").System;
        config.GetString("akka.home").ShouldBe("/var/n1/x");
        config.GetIntList("akka.actor.a").ShouldBe([1, 2]);
        config.GetConfig("akka").AsEnumerable().ToDictionary(p => p.Key, p => p.Value.GetString())["System.Version, x.y"].ShouldBe("a \"b\" \\ c");
        config.GetInt("akka.last.b").ShouldBe(1);
        config.GetBoolean("akka.more").ShouldBeTrue();
    }

    [Fact]
    public void Without_one_the_defaults_hold() => Load("").System.GetString("akka.loglevel").ShouldBe("INFO");

    [Theory]
    [InlineData("akka = on", "akka must be an object")]
    [InlineData("akka.remot.untrusted-mode = on", "unknown key 'akka.remot'; did you mean 'akka.remote'?")]
    [InlineData("akka.remote.untrusted-mod = on", "unknown key 'akka.remote.untrusted-mod'; did you mean 'akka.remote.untrusted-mode'?")]
    [InlineData("akka.remote.dot-netty.tcp.batching.enable = on", "did you mean 'akka.remote.dot-netty.tcp.batching.enabled'?")]
    [InlineData("akka.remote = on", "akka.remote must be an object")]
    [InlineData("akka.remote.untrusted-mode { on = true }", "akka.remote.untrusted-mode must be a value, but is an object")]
    public void A_slip_is_an_error_at_its_place(string text, string problem)
    {
        var error = Should.Throw<ConfigurationException>(() => Load(text));
        error.Message.ShouldContain(problem);
        error.Line.ShouldBe(Node.Count(c => c == '\n') + 1);
    }

    [Fact]
    public void What_other_libraries_read_is_left_alone() =>
        Load("akka { persistence { journal.plugin = x }, actor.deployment { /some/path { router = y } } }").System.GetString("akka.persistence.journal.plugin").ShouldBe("x");

    [Fact]
    public void Every_shipped_file_makes_a_system()
    {
        foreach (var name in new[] { "n1", "n2", "n3" })
            QuorumConfig.Load(Path.Combine(Repository.Root, "config", $"{name}.conf")).Options.Name.ShouldBe(name);
    }

    [Fact]
    public async Task A_busy_port_is_named_and_the_data_directory_let_go()
    {
        await using var cluster = new AkkaCluster(1);
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPEndPoint.Parse(cluster.Members[0].Peer));
        other.Start();
        (await Should.ThrowAsync<IOException>(() => QuorumSystem.StartAsync(cluster.ConfigOf("n1")))).Message.ShouldContain(cluster.Members[0].Peer);
        other.Stop();
        await using var node = await QuorumSystem.StartAsync(cluster.ConfigOf("n1"));
        await Eventually.ShouldBeAsync(() => node.Status.Role == ActorQuorum.Core.Raft.Role.Leader, "it leads");
    }

    private QuorumConfig Load(string text)
    {
        var path = Path.Combine(_directory.FullName, "n1.conf");
        File.WriteAllText(path, Node + text);
        return QuorumConfig.Load(path);
    }
}
