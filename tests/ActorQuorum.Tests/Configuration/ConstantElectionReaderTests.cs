using ActorQuorum.Configuration;
using ActorQuorum.Voting;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Tests.Configuration;

[Trait("Row", "RP-1")]
public sealed class ConstantElectionReaderTests : IDisposable
{
    private readonly ConfigurationFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Every_key_is_read_and_reaches_the_node()
    {
        var options = Load("""
            runtime = threads
            election {
              protocol = constant
              constant {
                metric = port, heartbeat = 20ms, settle = 30ms, discovery-window = 40ms, stop-acting = 50ms, lost = 80ms, on-minority = wait
              }
            }
            discovery {
              listen = "10.0.0.1:9000", advertise = a-host, address = "10.0.0.255", port = 5, first-pause = 20ms, longest-pause = 3s
            }
            """);
        options.Election.Protocol.ShouldBe(ElectionProtocol.Constant);
        VotingNodeOptions.From(options).ShouldBe(new VotingNodeOptions
        {
            Name = "n1",
            ClusterName = "c",
            ListenAddress = "10.0.0.1",
            Port = 9000,
            TakesNextFreePort = false,
            AdvertisedAddress = "a-host",
            BroadcastAddress = "10.0.0.255",
            BroadcastPort = 5,
            FirstPause = TimeSpan.FromMilliseconds(20),
            LongestPause = TimeSpan.FromSeconds(3),
            DataDirectory = "data/n1",
            Runtime = NodeRuntime.Threads,
            Election = new()
            {
                Metric = VotingMetric.Port,
                Heartbeat = TimeSpan.FromMilliseconds(20),
                Settle = TimeSpan.FromMilliseconds(30),
                DiscoveryWindow = TimeSpan.FromMilliseconds(40),
                StopActing = TimeSpan.FromMilliseconds(50),
                Lost = TimeSpan.FromMilliseconds(80),
                OnMinority = OnMinority.Wait,
            },
        });
    }

    [Fact]
    public void The_defaults_of_the_command_are_those_of_the_reference()
    {
        var read = VotingNodeOptions.From(Load("election.protocol = constant"));
        read.ShouldBe(new VotingNodeOptions { Name = "n1", ClusterName = "c", TakesNextFreePort = false, DataDirectory = "data/n1" });
    }

    [Fact]
    public void Without_a_disk_there_is_no_directory() =>
        VotingNodeOptions.From(Load("election.protocol = constant, storage = memory")).DataDirectory.ShouldBeNull();

    [Fact]
    public void Members_need_not_be_named_but_are_checked_where_they_are()
    {
        Load("election.protocol = constant").Members.ShouldBeEmpty();
        Fails("election.protocol = constant, cluster.members.n1 { peer = x }").ShouldContain("cluster.members.n1.peer must be \"host:port\"");
        Fails("election.protocol = raft").ShouldContain("cluster.members is empty");
    }

    [Fact]
    public void A_name_is_needed_since_the_directory_bears_it() =>
        Should.Throw<ConfigurationException>(() => NodeOptionsReader.Load(_files.Write("x.conf", "actorquorum { cluster.id = c\nelection.protocol = constant }")))
            .Message.ShouldContain("node.name is missing: set it, or start with -n NAME.");

    [Theory]
    [InlineData("election.protocol = paxos", "election.protocol must be one of raft, constant, but is \"paxos\".")]
    [InlineData("election.constant.metric = age", "election.constant.metric must be one of birth-time, port, but is \"age\".")]
    [InlineData("election.constant.on-minority = pray", "election.constant.on-minority must be one of exit, wait, but is \"pray\".")]
    [InlineData("election.constant.heartbeat = 1ms", "election.constant.heartbeat must be from 5ms to 10s, but is \"1ms\".")]
    [InlineData("election.constant.heartbeat = 300ms", "election.constant.heartbeat does not fit: stop-acting of 500ms must be at least twice")]
    [InlineData("election.constant.stop-acting = 300ms", "election.constant.stop-acting does not fit: stop-acting of 300ms must be at least twice")]
    [InlineData("election.constant.lost = 600ms", "election.constant.lost does not fit: lost of 600ms must be at least a heartbeat")]
    [InlineData("election.constant.stop-acting = 700ms", "election.constant.stop-acting does not fit: lost of 800ms must be at least a heartbeat")]
    [InlineData("election.constant.hartbeat = 1s", "unknown key 'election.constant.hartbeat'; did you mean 'election.constant.heartbeat'?")]
    [InlineData("discovery.listen = nowhere", "discovery.listen must be \"host:port\"")]
    [InlineData("discovery.advertise = \"0.0.0.0\"", "discovery.advertise is \"0.0.0.0\", which nobody can dial")]
    [InlineData("discovery.advertise = \"a host\"", "discovery.advertise must be an address or a host name")]
    [InlineData("discovery.address = \"::1\"", "discovery.address must be an IPv4 broadcast address")]
    [InlineData("discovery.address = \"255\"", "discovery.address must be an IPv4 broadcast address")]
    [InlineData("discovery.port = 0", "discovery.port must be from 1 to 65535, but is 0.")]
    [InlineData("discovery.first-pause = 6s", "discovery.first-pause does not fit: the first pause of 6000ms must not be above the longest of 5000ms.")]
    [InlineData("discovery.longest-pause = 50ms", "discovery.longest-pause does not fit")]
    public void What_cannot_be_is_an_error_with_its_line_and_key(string text, string problem)
    {
        var path = _files.Write("x.conf", $"actorquorum {{ cluster.id = c, node.name = n1, cluster.members.n1 {{ peer = \"h:1\", client = \"h:2\" }}\n{text} }}");
        var error = Should.Throw<ConfigurationException>(() => NodeOptionsReader.Load(path));
        error.Line.ShouldBe(2);
        error.Message.ShouldStartWith($"{path}:2: {problem}");
    }

    [Fact]
    public async Task A_node_of_Raft_is_not_started_from_such_a_file() =>
        (await Should.ThrowAsync<InvalidOperationException>(() => QuorumNode.StartAsync(Load("election.protocol = constant"), NullLoggerFactory.Instance)))
            .Message.ShouldContain("VotingNodeOptions.From");

    private NodeOptions Load(string text) => NodeOptionsReader.Load(_files.Write("x.conf", $"actorquorum {{ cluster.id = c, node.name = n1\n{text} }}"));

    private string Fails(string text) => Should.Throw<ConfigurationException>(() => Load(text)).Message;
}
