using ActorQuorum.Configuration;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Tests.Configuration;

[Trait("Row", "RP-1")]
public sealed class NodeOptionsReaderTests : IDisposable
{
    private const string Cluster =
        "cluster { id = c, members { n1 { peer = \"h:1\", client = \"h:2\" }, n2 { peer = \"h:3\", client = \"[::1]:4\" } } }";

    private readonly ConfigurationFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Every_key_is_read()
    {
        var options = Load("""
            node { name = n2, data-dir = /var/lib/q }
            election { heartbeat = 10ms, timeout = 1s }
            storage { kind = memory, segment-size = 1MiB, reserve = 0 }
            snapshot {
              entries = 7, size = 2MiB, trailing-entries = 8, trailing-size = 9KiB, held-entries = 10, held-size = 11MiB, rate = 3MiB
              chunk-size = 5KiB
            }
            limits {
              request-size = 2KiB, frame-size = 70000, pending-requests = 3, request-timeout = 2s, append-size = 4kB
              append-window = 5, catch-up-rate = 4MiB, apply-window = 18, turn = 6, peer-queue = 17
            }
            runtime = threads
            metrics.otlp { endpoint = "http://collector:4318/v1/metrics", interval = 1m, timeout = 1s }
            roles { on-leader = "bin/up here", on-follower = /bin/down, timeout = 3s }
            logging {
              level = debug
              levels { node = trace, election = info, storage = none, transport = warn, roles = debug, server = error, process = critical, http = info }
              console.format = json, file { path = "logs/n2.log", format = json, size-limit = 1MiB, keep = 2 }
            }
            """);
        options.ShouldBe(new NodeOptions
        {
            Name = "n2",
            DataDirectory = "/var/lib/q",
            ClusterName = "c",
            Members = options.Members,
            Storage = StorageKind.Memory,
            Election = new() { Heartbeat = TimeSpan.FromMilliseconds(10), Timeout = TimeSpan.FromSeconds(1) },
            Log = new() { SegmentSizeBytes = 1 << 20, ReserveBytes = 0 },
            Snapshot = new()
            {
                Entries = 7, SizeBytes = 2 << 20, TrailingEntries = 8, TrailingSizeBytes = 9 << 10, HeldEntries = 10, HeldSizeBytes = 11 << 20,
                RateBytes = 3 << 20, ChunkSizeBytes = 5 << 10,
            },
            Limits = new()
            {
                RequestSizeBytes = 2048,
                FrameSizeBytes = 70_000,
                PendingRequests = 3,
                RequestTimeout = TimeSpan.FromSeconds(2),
                AppendSizeBytes = 4000,
                AppendWindow = 5,
                CatchUpRateBytes = 4 << 20,
                ApplyWindow = 18,
                TurnMessages = 6,
                PeerQueue = 17,
            },
            Runtime = NodeRuntime.Threads,
            Metrics = new()
            {
                Otlp = new()
                {
                    Endpoint = new("http://collector:4318/v1/metrics"), Interval = TimeSpan.FromMinutes(1), Timeout = TimeSpan.FromSeconds(1),
                },
            },
            Roles = new() { OnLeader = "bin/up here", OnFollower = "/bin/down", Timeout = TimeSpan.FromSeconds(3) },
            Logging = new()
            {
                Level = LogLevel.Debug,
                Levels = new()
                {
                    Node = LogLevel.Trace, Election = LogLevel.Information, Storage = LogLevel.None, Transport = LogLevel.Warning,
                    Roles = LogLevel.Debug, Server = LogLevel.Error, Process = LogLevel.Critical, Http = LogLevel.Information,
                },
                ConsoleFormat = LogFormat.Json,
                File = new() { Path = "logs/n2.log", Format = LogFormat.Json, SizeLimitBytes = 1 << 20, Keep = 2 },
            },
        });
        options.Members.ShouldBe([new("n1", "h:1", "h:2"), new("n2", "h:3", "[::1]:4")]);
    }

    [Fact]
    [Trait("Row", "QC-9")]
    public void Role_scripts_are_bounded_in_time_and_one_may_be_left_out()
    {
        Load("node.name = n1, roles.on-leader = up").Roles.ShouldBe(new RoleOptions { OnLeader = "up" });
        Fails("roles.timeout = 0").ShouldBe((2, "roles.timeout must be from 100ms to 60m, but is 0."));
        Fails("roles.on-leader = []").Problem.ShouldContain("roles.on-leader must be a text");
        Fails("roles.on-master = x").Problem.ShouldContain("unknown key 'roles.on-master'; the keys of roles are on-leader, on-follower, timeout.");
    }

    [Fact]
    public void A_text_for_the_log_file_is_its_path() =>
        Load("node.name = n1, logging.file = a.log").Logging.File.ShouldBe(new LogFileOptions { Path = "a.log" });

    [Fact]
    public void Members_stand_in_the_order_of_their_names() =>
        Load("node.name = n1, cluster.members { m9 { peer = \"h:5\", client = \"h:6\" }, m10 { peer = \"h:7\", client = \"h:8\" } }")
            .Members.Select(m => m.Name).ShouldBe(["m10", "m9", "n1", "n2"]);

    [Fact]
    [Trait("Row", "RN-5")]
    public void Storage_may_be_given_in_short()
    {
        var options = Load("node.name = n1\nstorage = memory");
        options.Storage.ShouldBe(StorageKind.Memory);
        options.Log.ShouldBe(new StorageOptions());
        Fails("storage = tape").ShouldBe((2, "storage.kind must be one of disk, memory, but is \"tape\"."));
    }

    [Fact]
    public void The_short_form_of_storage_is_not_lost_without_a_word() =>
        Fails("storage = memory\nstorage.reserve = 0").ShouldBe(
            (3, "storage is an object here and was a string before, which is lost: write storage.kind in place of the string."));

    [Fact]
    public void Other_root_keys_are_left_alone_and_may_hold_variables()
    {
        var path = _files.Write("x.conf", $"akka {{ loglevel = INFO }}\nbeat = 20ms\nactorquorum {{ node.name = n1, election.heartbeat = ${{beat}}, {Cluster} }}");
        NodeOptionsReader.Load(path).Election.Heartbeat.ShouldBe(TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public void The_reference_can_be_built_upon() =>
        Load("node.name = n1, limits { request-size = 1MiB, append-size = ${actorquorum.limits.request-size} }").Limits.AppendSizeBytes.ShouldBe(1 << 20);

    [Theory]
    [InlineData("", "data/n2")]
    [InlineData("node.name = n1", "data/n2")]
    [InlineData("node.data-dir = /var/lib/q", "/var/lib/q/n2")]
    [InlineData("node.data-dir = /var/lib/q/", "/var/lib/q/n2")]
    [InlineData("node { name = n1, data-dir = /var/lib/q }", "/var/lib/q/n2")]
    [InlineData("node { name = n1, data-dir = /var/lib/n1 }", "/var/lib/n2")]
    [InlineData("node { name = n2, data-dir = /var/lib/q }", "/var/lib/q")]
    [InlineData("node { data-dir = /n2/data }", "/n2/data")]
    [InlineData("node { data-dir = \"q-\"${actorquorum.node.name}/x }", "q-n2/x")]
    public void A_node_named_on_the_command_line_has_a_directory_of_its_own(string text, string directory)
    {
        var options = NodeOptionsReader.Load(Write(text), "n2");
        (options.Name, options.DataDirectory).ShouldBe(("n2", directory));
    }

    [Fact]
    public void Without_a_name_on_the_command_line_the_directory_is_as_written() =>
        Load("node { name = n1, data-dir = \"q-\"${actorquorum.node.name} }").DataDirectory.ShouldBe("q-n1");

    [Theory]
    [InlineData("node.nam = n1", "unknown key 'node.nam'; did you mean 'node.name'?")]
    [InlineData("election.timout = 5s", "unknown key 'election.timout'; did you mean 'election.timeout'?")]
    [InlineData("limits.timeout = 5s", "unknown key 'limits.timeout'; did you mean 'election.timeout'?")]
    [InlineData("logging.colour = on", "unknown key 'logging.colour'; the keys of logging are level, levels, console, file.")]
    [InlineData("logging.format = json", "unknown key 'logging.format'; did you mean 'logging.console.format'?")]
    [InlineData("logging.levels.elections = debug", "unknown key 'logging.levels.elections'; did you mean 'logging.levels.election'?")]
    [InlineData("metrics.otlp.endpiont = x", "unknown key 'metrics.otlp.endpiont'; did you mean 'metrics.otlp.endpoint'?")]
    [InlineData("runtimes = pool", "unknown key 'runtimes'; did you mean 'runtime'?")]
    [InlineData("elections { timeout = 5s }", "unknown key 'elections'; did you mean 'election'?")]
    [InlineData("zoo = 1", "unknown key 'zoo'; the keys of actorquorum are node, cluster, election, discovery, storage, snapshot, limits, runtime, metrics, roles, logging.")]
    [InlineData("cluster.members.n1.peers = x", "unknown key 'cluster.members.n1.peers'; did you mean 'cluster.members.n1.peer'?")]
    [InlineData("cluster.members.n1.weight = x", "unknown key 'cluster.members.n1.weight'; the keys of cluster.members.n1 are peer, client.")]
    public void An_unknown_key_is_an_error_that_names_the_nearest(string text, string problem) => Fails(text).ShouldBe((2, problem));

    [Theory]
    [InlineData("election = fast", "election must be an object, election { … }, but is \"fast\".")]
    [InlineData("election.timeout = [1]", "election.timeout must be a duration such as 50ms, 7s or 2m, but is an array.")]
    [InlineData("election.timeout = soon", "election.timeout must be a duration such as 50ms, 7s or 2m, but is \"soon\".")]
    [InlineData("election.timeout = true", "election.timeout must be a duration such as 50ms, 7s or 2m, but is true.")]
    [InlineData("election.timeout = null", "election.timeout must be a duration such as 50ms, 7s or 2m, but is null.")]
    [InlineData("election.timeout = 1h", "election.timeout must be from 2ms to 5m, but is \"1h\".")]
    [InlineData("election.heartbeat = 0", "election.heartbeat must be from 1ms to 10s, but is 0.")]
    [InlineData("storage.segment-size = 64 parsecs", "storage.segment-size must be a size such as 512KiB, 64MiB or 1GiB, but is \"64 parsecs\".")]
    [InlineData("storage.segment-size = 1kB", "storage.segment-size must be from 64KiB to 1GiB, but is \"1kB\".")]
    [InlineData("storage.reserve = -1", "storage.reserve must be from 0B to 1TiB, but is -1.")]
    [InlineData("storage = {kind = null}", "storage.kind must not be null: leave the key out for its default.")]
    [InlineData("limits.turn = 1.5", "limits.turn must be a whole number, but is 1.5.")]
    [InlineData("limits.turn = 1e99", "limits.turn must be a whole number, but is 1e99.")]
    [InlineData("limits.turn = 0", "limits.turn must be from 1 to 100000, but is 0.")]
    [InlineData("limits.frame-size = 2MiB", "limits.frame-size does not fit: limits.frame-size (2097152 bytes) must be at least limits.request-size (1572864) and limits.append-size (1048576) together, since a frame holds a full AppendEntries and one more command.")]
    [InlineData("limits.append-size = 7MiB", "limits.append-size does not fit: limits.frame-size (8388608 bytes) must be at least limits.request-size (1572864) and limits.append-size (7340032) together, since a frame holds a full AppendEntries and one more command.")]
    [InlineData("logging.level = loud", "logging.level must be one of trace, debug, info, information, warning, warn, error, critical, none, but is \"loud\".")]
    [InlineData("logging.file = \"\"", "logging.file must be a text that is not empty, but is \"\".")]
    [InlineData("logging.file = null, logging.file { format = json }", "logging.file is an object here and was a string before, which is lost: write logging.file.path in place of the string.")]
    [InlineData("logging.console.format = xml", "logging.console.format must be one of text, json, but is \"xml\".")]
    [InlineData("logging.file { path = a.log, keep = 0 }", "logging.file.keep must be from 1 to 10000, but is 0.")]
    [InlineData("logging.levels.http = loud", "logging.levels.http must be one of trace, debug, info, information, warning, warn, error, critical, none, but is \"loud\".")]
    [InlineData("runtime = fibers", "runtime must be one of pool, threads, akka, but is \"fibers\".")]
    [InlineData("metrics.otlp.endpoint = \"collector:4318\"", "metrics.otlp.endpoint must be a URL such as \"http://127.0.0.1:4318/v1/metrics\", but is \"collector:4318\".")]
    [InlineData("metrics.otlp { endpoint = \"http://c/v1/metrics\", interval = 10ms }", "metrics.otlp.interval must be from 1s to 60m, but is \"10ms\".")]
    [InlineData("node.data-dir = {}", "node.data-dir must be a text that is not empty, but is an object.")]
    [InlineData("cluster.id = \"a b\"", "cluster.id must be of 1 to 64 letters (a-z, A-Z), digits, '.', '_' and '-', but is \"a b\".")]
    [InlineData("cluster.id = null", "cluster.id must not be null: leave the key out for its default.")]
    [InlineData("election.heartbeat = 200ms", "election.heartbeat does not fit: the heartbeat of 200ms must be at most half of the timeout of 300ms, or one lost heartbeat costs the leader its place.")]
    [InlineData("election.timeout = 99ms", "election.timeout does not fit: the heartbeat of 50ms must be at most half of the timeout of 99ms, or one lost heartbeat costs the leader its place.")]
    public void A_wrong_value_is_an_error(string text, string problem) => Fails(text).ShouldBe((2, problem));

    [Theory]
    [InlineData("node.name = n9", "node.name is 'n9', which is not among the members n1, n2: name one of them, or add it to cluster.members.")]
    [InlineData("node.name = \"n/1\"", "node.name must be of 1 to 64 letters (a-z, A-Z), digits, '.', '_' and '-', but is \"n/1\".")]
    [InlineData("cluster.members = null", "cluster.members must be an object, members { n1 { … } }: each member by its name.")]
    [InlineData("cluster.members = null, cluster.members = {}", "cluster.members is empty: name at least one member, n1 { peer = \"host:port\", client = \"host:port\" }.")]
    [InlineData("cluster.members.n1 = x", "cluster.members.n1 must be an object with peer and client, but is \"x\".")]
    [InlineData("cluster.members.n3.peer = \"h:9\"", "cluster.members.n3.client is missing: write client = \"host:port\".")]
    [InlineData("cluster.members.\"..\" {}", "the name of a member of cluster.members must be of 1 to 64 letters (a-z, A-Z), digits, '.', '_' and '-', but is \"..\".")]
    [InlineData("cluster.members.n1.peer = \"H:2\"", "cluster.members.n1.client is \"h:2\", as is cluster.members.n1.peer: each address needs a host or port of its own.")]
    [InlineData("cluster.members.n2.client = \"h:1\"", "cluster.members.n2.client is \"h:1\", as is cluster.members.n1.peer: each address needs a host or port of its own.")]
    public void A_wrong_member_is_an_error(string text, string problem) => Fails(text).Problem.ShouldBe(problem);

    [Theory]
    [InlineData("\"h:0\"")]
    [InlineData("\"h:65536\"")]
    [InlineData("\"h:-1\"")]
    [InlineData("\"h:+1\"")]
    [InlineData("\"h: 1\"")]
    [InlineData("\"h:\"")]
    [InlineData("\":1\"")]
    [InlineData("h")]
    [InlineData("7101")]
    [InlineData("\"h h:1\"")]
    [InlineData("\"::1:1\"")]
    [InlineData("\"[::1:1\"")]
    [InlineData("\"[127.0.0.1]:1\"")]
    [InlineData("\"http://h:1\"")]
    [InlineData("[\"h:1\"]")]
    public void An_address_is_a_host_and_a_port(string address) => Fails($"cluster.members.n2.peer = {address}").Problem.ShouldStartWith(
        "cluster.members.n2.peer must be \"host:port\" with a port from 1 to 65535, such as \"127.0.0.1:7101\", but is ");

    [Theory]
    [InlineData(15, true)]
    [InlineData(16, false)]
    public void Members_are_at_most_fifteen(int count, bool isAllowed)
    {
        var members = string.Join(", ", Enumerable.Range(1, count).Select(i => $"n{i} {{ peer = \"h{i}:1\", client = \"h{i}:2\" }}"));
        var text = $"node.name = n1, cluster.members = null, cluster.members {{ {members} }}";
        if (isAllowed) Load(text).Members.Count.ShouldBe(15);
        else Fails(text).ShouldBe((2, "cluster.members has 16 members, at most 15 are allowed: each write waits for a majority of them."));
    }

    [Theory]
    [InlineData("n9", "node.name is 'n9' (from the command line), which is not among the members n1, n2: name one of them, or add it to cluster.members.")]
    [InlineData("../n1", "node.name must be of 1 to 64 letters (a-z, A-Z), digits, '.', '_' and '-', but is \"../n1\".")]
    [InlineData("", "node.name must be a text that is not empty, but is \"\".")]
    public void A_wrong_name_on_the_command_line_is_an_error(string name, string problem) =>
        Should.Throw<ConfigurationException>(() => NodeOptionsReader.Load(Write(""), name)).Message.ShouldBe($"{_files.PathOf("x.conf")}:1: {problem}");

    [Theory]
    [InlineData("actorqourum { node.name = n1 }", "unknown key 'actorqourum'; did you mean 'actorquorum'?")]
    [InlineData("akka {}", "there is no object 'actorquorum': write a node's settings as actorquorum { … }.")]
    [InlineData("", "there is no object 'actorquorum': write a node's settings as actorquorum { … }.")]
    [InlineData("actorquorum = 5", "actorquorum must be an object, actorquorum { … }, but is 5.")]
    [InlineData("actorquorum {}", "cluster.members is empty: name at least one member, n1 { peer = \"host:port\", client = \"host:port\" }.")]
    [InlineData("actorquorum {", "the object that opens here is never closed: add '}'.")]
    public void A_file_of_something_else_is_an_error(string text, string problem) =>
        Should.Throw<ConfigurationException>(() => NodeOptionsReader.Load(_files.Write("x.conf", text))).Message.ShouldBe($"{_files.PathOf("x.conf")}:1: {problem}");

    [Fact]
    public void A_missing_file_is_an_error()
    {
        var path = _files.PathOf("no.conf");
        Should.Throw<ConfigurationException>(() => NodeOptionsReader.Load(path)).Message.ShouldBe(
            $"{path}:1: the file does not exist (looked for '{path}'): check its name, or the directory you start in.");
        Should.Throw<ConfigurationException>(() => NodeOptionsReader.Load("")).Message.ShouldContain("a file name is needed");
        Should.Throw<ConfigurationException>(() => NodeOptionsReader.Load(_files.PathOf("."))).Message.ShouldContain("this is a directory");
    }

    [Fact]
    public void An_error_names_the_included_file_where_the_key_stands()
    {
        var included = _files.Write("cluster.conf", $"actorquorum {{\n election.timout = 1s\n {Cluster} }}");
        var path = _files.Write("n1.conf", "include \"cluster.conf\"\nactorquorum.node.name = n1");
        Should.Throw<ConfigurationException>(() => NodeOptionsReader.Load(path)).Message.ShouldStartWith($"{included}:2: unknown key 'election.timout'");
    }

    private NodeOptions Load(string text) => NodeOptionsReader.Load(Write(text));

    private string Write(string text) => _files.Write("x.conf", $"actorquorum {{ {Cluster}\n{text}\n}}");

    /// <summary>The line and the problem; the text under test begins on line 2, or names the node there where it does not.</summary>
    private (int Line, string Problem) Fails(string text)
    {
        var path = Write(text.Contains("node.name", StringComparison.Ordinal) ? text : text + "\nnode.name = n1");
        var error = Should.Throw<ConfigurationException>(() => NodeOptionsReader.Load(path));
        var place = $"{path}:{error.Line}: ";
        error.Message.ShouldStartWith(place);
        return (error.Line, error.Message[place.Length..]);
    }
}
