using System.Collections.Concurrent;
using ActorQuorum.Akka.Remoting;
using ActorQuorum.Akka.Tests.Cluster;
using Akka.Actor;
using Akka.Event;
using static ActorQuorum.Akka.Tests.Cluster.AkkaCluster;

namespace ActorQuorum.Akka.Tests.Remoting;

/// <summary>Systems that are not of the cluster, over real Akka.Remote.</summary>
public sealed class StrangerTests
{
    private const string Plain = "akka { actor.provider = remote, loglevel = OFF, stdout-loglevel = OFF, loggers = [], "
        + "remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }";

    [Theory]
    [InlineData("peers")]
    [InlineData("election")]
    public async Task A_message_as_json_is_not_built_whatever_actor_it_is_for(string actor)
    {
        await using var cluster = new AkkaCluster(1) { SystemName = "stranger" };
        var alone = await cluster.StartAsync("n1", "akka.loglevel = WARNING");
        var warnings = Warnings(alone.System);
        using var stranger = ActorSystem.Create("stranger", Plain);
        var built = Bomb.Built;
        stranger.ActorSelection($"akka.tcp://stranger@{cluster.Members[0].Peer}/user/quorum/{actor}").Tell(new Bomb { Text = "tick" });
        Reference(stranger, cluster, actor).Tell(new Bomb { Text = "tick" });
        await Eventually.ShouldBeAsync(() => warnings.Count(warning => warning.Contains("json serializer (number 1) is turned off", StringComparison.Ordinal)) == 2, string.Join('\n', warnings.Prepend("both are refused")));
        Bomb.Built.ShouldBe(built + 2, "the two that were sent, and none that was read");
        await LeaderOf([alone]);
        await PutAsync(alone, "still", "works");
    }

    /// <summary>The control of the test above: that a system with Akka's own serializer does build it.</summary>
    [Fact]
    public async Task A_plain_system_would_build_it()
    {
        using var victim = ActorSystem.Create("stranger", Plain);
        using var stranger = ActorSystem.Create("stranger", Plain);
        var heard = new TaskCompletionSource();
        victim.ActorOf(Props.Create(() => new Hearer(heard)), "hearer");
        var built = Bomb.Built;
        stranger.ActorSelection($"{((ExtendedActorSystem)victim).Provider.DefaultAddress}/user/hearer").Tell(new Bomb { Text = "tick" });
        await heard.Task.InTime();
        Bomb.Built.ShouldBe(built + 2);
    }

    [Fact]
    public async Task A_selection_of_another_path_than_the_trusted_one_is_dropped()
    {
        await using var cluster = new AkkaCluster(1) { SystemName = "stranger" };
        var alone = await cluster.StartAsync("n1");
        alone.System.ActorOf(Props.Create(() => new Echo()), "echo");
        using var stranger = ActorSystem.Create("stranger", Plain);
        var address = $"akka.tcp://stranger@{cluster.Members[0].Peer}";
        await Should.ThrowAsync<AskTimeoutException>(() => stranger.ActorSelection($"{address}/user/echo").Ask("text", TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Neither_poison_nor_a_kill_from_outside_stops_the_node()
    {
        await using var cluster = new AkkaCluster(1) { SystemName = "stranger" };
        var alone = await cluster.StartAsync("n1");
        using var stranger = ActorSystem.Create("stranger", Plain);
        foreach (var actor in new[] { "peers", "election" })
        {
            Reference(stranger, cluster, actor).Tell(PoisonPill.Instance);
            Reference(stranger, cluster, actor).Tell(Kill.Instance);
            stranger.Stop(Reference(stranger, cluster, actor));
        }

        await LeaderOf([alone]);
        await PutAsync(alone, "still", "works");
        alone.Node.Completion.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_member_of_another_cluster_is_refused_and_told_so()
    {
        await using var ours = new AkkaCluster(2);
        await using var theirs = new AkkaCluster(2) { ClusterName = "other", Members = ours.Members };
        var (here, there) = (new RecordingLoggers(), new RecordingLoggers());
        await ours.CreateSystem("n1").StartQuorum(ours.ConfigOf("n1"), here);
        await theirs.CreateSystem("n2").StartQuorum(theirs.ConfigOf("n2"), there);
        foreach (var loggers in new[] { here, there })
        {
            await Eventually.ShouldBeAsync(() => loggers.Has("was refused (Cluster)"), "the hello is refused");
            await Eventually.ShouldBeAsync(() => loggers.Has("cannot be reached: it refused this node (Cluster)"), "the refusal is heard");
        }
    }

    [Fact]
    public async Task Frames_from_a_system_that_never_said_hello_are_dropped()
    {
        await using var cluster = new AkkaCluster(2);
        var loggers = new RecordingLoggers();
        var system = cluster.CreateSystem("n1");
        var node = await system.StartQuorum(cluster.ConfigOf("n1"), loggers);
        await using var other = new AkkaCluster(1);
        var stranger = other.CreateSystem("n1");
        ((ExtendedActorSystem)stranger).Provider.ResolveActorRef($"akka.tcp://shop@{cluster.Members[0].Peer}/user/quorum/peers")
            .Tell(new OutgoingFrames(12345, 0, new byte[100]));
        await Eventually.ShouldBeAsync(() => loggers.Has("dropped a StrayFrames"), "they are dropped");
        node.Completion.IsCompleted.ShouldBeFalse();
    }

    private static IActorRef Reference(ActorSystem stranger, AkkaCluster cluster, string actor) =>
        ((ExtendedActorSystem)stranger).Provider.ResolveActorRef($"akka.tcp://stranger@{cluster.Members[0].Peer}/user/quorum/{actor}");

    private static ConcurrentQueue<string> Warnings(ActorSystem system)
    {
        var warnings = new ConcurrentQueue<string>();
        var keeper = system.ActorOf(Props.Create(() => new WarningKeeper(warnings)));
        system.EventStream.Subscribe(keeper, typeof(Warning)).ShouldBeTrue();
        return warnings;
    }

    /// <summary>Counts how often it is built.</summary>
    public sealed class Bomb
    {
        private static int _built;

        public Bomb() => Interlocked.Increment(ref _built);

        public static int Built => Volatile.Read(ref _built);

        public string? Text { get; set; }
    }

    private sealed class WarningKeeper : ReceiveActor
    {
        public WarningKeeper(ConcurrentQueue<string> warnings) => Receive<Warning>(warning => warnings.Enqueue($"{warning.Cause}"));
    }

    private sealed class Hearer : ReceiveActor
    {
        public Hearer(TaskCompletionSource heard) => Receive<Bomb>(_ => heard.TrySetResult());
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
