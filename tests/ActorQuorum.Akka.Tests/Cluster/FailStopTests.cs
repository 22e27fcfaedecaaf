using Akka.Actor;
using static ActorQuorum.Akka.Tests.Cluster.AkkaCluster;

namespace ActorQuorum.Akka.Tests.Cluster;

/// <summary>Whatever goes wrong in a node stops that node, and not its system.</summary>
public sealed class FailStopTests
{
    [Theory]
    [InlineData("quorum")]
    [InlineData("quorum/clock")]
    [InlineData("quorum/election")]
    [InlineData("quorum/storage")]
    [InlineData("quorum/disk")]
    [InlineData("quorum/peers")]
    public async Task An_actor_that_dies_stops_the_node_and_the_system_lives_on(string path)
    {
        await using var cluster = new AkkaCluster(1);
        var alone = await cluster.StartAsync("n1");
        await LeaderOf([alone]);
        alone.System.ActorSelection($"/user/{path}").Tell(Kill.Instance);
        await Should.ThrowAsync<Exception>(() => alone.Node.Completion.InTime());
        alone.Node.Completion.IsFaulted.ShouldBeTrue();
        await alone.Node.StopAsync().InTime();
        await ShouldHaveStoppedAsync(alone);
    }

    [Fact]
    public async Task A_disk_that_fails_stops_the_node_and_the_system_lives_on()
    {
        await using var cluster = new AkkaCluster(1);
        var config = cluster.ConfigOf("n1");
        var system = cluster.CreateSystem("n1");
        var alone = new AkkaMember(system, await system.StartQuorum(QuorumConfig.Of(config.Options with { Log = new() { SegmentSizeBytes = 64 << 10 } })));
        await PutAsync(alone, "a", "1");
        var log = Path.Combine(config.Options.DataDirectory, "log");
        Directory.Move(log, log + "-aside");
        var large = new string('x', 100_000);
        await Should.ThrowAsync<QuorumException>(async () =>
        {
            for (var i = 0; i < 2; i++) await PutAsync(alone, "b", large);
        });
        (await Should.ThrowAsync<IOException>(() => alone.Node.Completion.InTime())).Message.ShouldContain(log);
        await alone.Node.StopAsync().InTime();
        await ShouldHaveStoppedAsync(alone);

        Directory.Move(log + "-aside", log);
        var again = new AkkaMember(system, await system.StartQuorum(config));
        (await GetAsync(again, "a")).ShouldBe("1");
    }

    private static async Task ShouldHaveStoppedAsync(AkkaMember member)
    {
        member.System.WhenTerminated.IsCompleted.ShouldBeFalse();
        (await Should.ThrowAsync<QuorumException>(() => PutAsync(member, "a", "2"))).Error.ShouldBe(QuorumError.Stopped);
        await Should.ThrowAsync<ActorNotFoundException>(() => member.System.ActorSelection("/user/quorum").ResolveOne(TimeSpan.FromSeconds(1)));
        var echo = member.System.ActorOf(Props.Create(() => new Echo()));
        (await echo.Ask<string>("still here", Eventually.Deadline)).ShouldBe("still here");
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
