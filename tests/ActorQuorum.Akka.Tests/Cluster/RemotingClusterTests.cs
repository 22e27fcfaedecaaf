using ActorQuorum.Akka.Hosting;
using ActorQuorum.Core.Raft;
using Akka.Actor;
using static ActorQuorum.Akka.Tests.Cluster.AkkaCluster;

namespace ActorQuorum.Akka.Tests.Cluster;

/// <summary>Real actor systems in this process, real Akka.Remote on loopback, real disks.</summary>
public sealed class RemotingClusterTests
{
    [Fact]
    public async Task Three_systems_elect_a_leader_and_any_of_them_takes_writes_and_reads()
    {
        await using var cluster = new AkkaCluster(3);
        var members = await cluster.StartAsync();
        await LeaderOf(members);
        foreach (var member in members) await PutAsync(member, $"from-{member.Name}", member.Name);
        foreach (var member in members)
            foreach (var writer in members)
                (await GetAsync(member, $"from-{writer.Name}")).ShouldBe(writer.Name);
    }

    [Fact]
    public async Task A_killed_leader_is_replaced_and_nothing_acknowledged_is_lost()
    {
        await using var cluster = new AkkaCluster(3);
        var members = await cluster.StartAsync();
        var leader = await LeaderOf(members);
        await PutAsync(leader, "before", "1");
        var term = leader.Node.Status.Term;
        await leader.KillAsync();
        var others = members.Where(member => member != leader).ToArray();
        var next = await LeaderOf(others);
        next.Node.Status.Term.ShouldBeGreaterThan(term);
        foreach (var other in others) (await GetAsync(other, "before")).ShouldBe("1");
        await PutAsync(others[0], "after", "2");
        await leader.Node.DisposeAsync();

        var back = await cluster.StartAsync(leader.Name);
        await LeaderOf([.. others, back]);
        (await GetAsync(back, "after")).ShouldBe("2");
    }

    [Fact]
    public async Task A_node_is_four_actors_below_one_path()
    {
        await using var cluster = new AkkaCluster(1);
        var alone = await cluster.StartAsync("n1");
        foreach (var path in new[] { "/user/quorum", "/user/quorum/clock", "/user/quorum/election", "/user/quorum/storage" })
            (await alone.System.ActorSelection(path).ResolveOne(Eventually.Deadline)).Path.ToStringWithoutAddress().ShouldBe(path);
        var storage = (ActorRefWithCell)await alone.System.ActorSelection("/user/quorum/storage").ResolveOne(Eventually.Deadline);
        ((ActorCell)storage.Underlying).Dispatcher.Id.ShouldBe(HostDispatchers.Own.Storage);
    }

    [Fact]
    public async Task A_system_that_terminates_stops_its_node_in_good_order()
    {
        await using var cluster = new AkkaCluster(1);
        var alone = await cluster.StartAsync("n1");
        await LeaderOf([alone]);
        await alone.System.Terminate().InTime();
        alone.Node.Completion.Status.ShouldBe(TaskStatus.RanToCompletion);
        (await Should.ThrowAsync<QuorumException>(() => PutAsync(alone, "a", "1"))).Error.ShouldBe(QuorumError.Stopped);
    }

    [Fact]
    public async Task Changes_of_role_are_published_with_their_term()
    {
        await using var cluster = new AkkaCluster(1);
        var system = cluster.CreateSystem("n1");
        var heard = new List<RoleChanged>();
        var elected = new TaskCompletionSource();
        var listener = system.ActorOf(Props.Create(() => new Listener(heard, elected)));
        system.EventStream.Subscribe(listener, typeof(RoleChanged)).ShouldBeTrue();
        var node = await system.StartQuorum(cluster.ConfigOf("n1"));
        await elected.Task.InTime();
        heard[^1].ShouldBe(new RoleChanged("n1", Role.Candidate, Role.Leader, node.Status.Term, "n1"));
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(List<RoleChanged> heard, TaskCompletionSource elected) => Receive<RoleChanged>(change =>
        {
            heard.Add(change);
            if (change.To == Role.Leader) elected.TrySetResult();
        });
    }
}
