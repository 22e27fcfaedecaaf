using ActorQuorum.Configuration;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.TestKit.Tests.Simulation;

/// <summary>Members of different builds: a processor that one lacks is refused before it is logged, and every node goes on.</summary>
[Trait("Row", "CO-2")]
public sealed class RolloutTests
{
    /// <summary>A heartbeat, and the way to its answer.</summary>
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(60);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_processor_is_refused_while_one_member_lacks_it_and_accepted_once_it_is_rolled_out(ulong seed)
    {
        var cluster = Cluster(seed);
        var leader = cluster.RunUntilLeader();
        var late = cluster.Nodes.First(node => node != leader);
        Swap(cluster, late);
        Settle(cluster);

        foreach (var asked in cluster.Nodes)
            Refusal(cluster, asked).ShouldBe($"{late.Name} runs a build without processor 'new': roll the build out there first");
        foreach (var asked in cluster.Nodes) Call(cluster, asked, "old").Result!.IsSuccess.ShouldBeTrue();
        cluster.Nodes.ShouldAllBe(node => node.IsRunning);

        Swap(cluster, late, "new");
        Settle(cluster);
        foreach (var asked in cluster.Nodes) Call(cluster, asked).Result!.IsSuccess.ShouldBeTrue();
        Settle(cluster);
        cluster.Nodes.ShouldAllBe(node => node.Content["new"] == "3" && node.Content["old"] == "3");
    }

    [Fact]
    public void A_member_that_is_down_holds_up_nobody_and_stops_itself_if_it_comes_back_with_an_old_build()
    {
        var cluster = Cluster(4);
        var leader = cluster.RunUntilLeader();
        var down = cluster.Nodes.First(node => node != leader);
        Swap(cluster, down);
        Settle(cluster);
        Refusal(cluster, leader).ShouldStartWith(down.Name);
        cluster.Crash(down, CrashMode.LoseUnsynced);
        cluster.RunFor(s_moment);

        Call(cluster, leader).Result!.IsSuccess.ShouldBeTrue();

        cluster.Restart(down);
        cluster.RunUntil(() => !down.IsRunning, "the member stops");
        down.Failure!.Message.ShouldContain("asks for the processor 'new', which this build does not add");
        cluster.Crash(down, CrashMode.ProcessOnly);
        cluster.RunFor(s_moment);
        Call(cluster, leader).Result!.IsSuccess.ShouldBeTrue("the others are a majority");

        // From now on its disk holds the entry: it does not even start.
        Should.Throw<IOException>(() => cluster.Restart(down)).Message.ShouldContain("the processor 'new' (entry ");
        Swap(cluster, down, "new");
        Settle(cluster);
        down.Content["new"].ShouldBe("2");
    }

    [Fact]
    public void A_member_that_is_cut_off_holds_up_nobody_after_an_election_timeout()
    {
        var cluster = Cluster(5);
        var leader = cluster.RunUntilLeader();
        var cut = cluster.Nodes.First(node => node != leader);
        Swap(cluster, cut);
        Settle(cluster);
        cluster.Isolate(cut);
        Refusal(cluster, leader).ShouldStartWith(cut.Name);
        cluster.RunFor(new ElectionOptions().Timeout + s_moment);
        Call(cluster, leader).Result!.IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public void A_member_that_is_rolled_back_is_noticed()
    {
        // A snapshot stands for the commands that the older build could not apply: else it would not start.
        var cluster = Cluster(6, options => options with { Snapshot = new() { Entries = 20, TrailingEntries = 5 } });
        var leader = cluster.RunUntilLeader();
        var back = cluster.Nodes.First(node => node != leader);
        Call(cluster, leader).Result!.IsSuccess.ShouldBeTrue();
        for (var i = 0; i < 50; i++) cluster.Put(leader, $"k{i}", "v");
        Settle(cluster);
        cluster.RunUntil(() => back.SnapshotIndex > 20, "a snapshot");

        Swap(cluster, back);
        Settle(cluster);

        Refusal(cluster, leader).ShouldBe($"{back.Name} runs a build without processor 'new': roll the build out there first");
        Refusal(cluster, back).ShouldStartWith(back.Name);
        cluster.Nodes.ShouldAllBe(node => node.IsRunning);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void A_new_leader_logs_nothing_that_waited_for_it_before_it_knows_what_the_others_have(ulong seed)
    {
        var cluster = Cluster(seed);
        var leader = cluster.RunUntilLeader();
        var late = cluster.Nodes.First(node => node != leader);
        var other = cluster.Nodes.First(node => node != leader && node != late);
        Swap(cluster, late);
        Settle(cluster);

        // The old leader dies; what is asked meanwhile waits, and comes to the next one in its first turn. One that lacks the processor itself refuses it by that.
        cluster.Crash(leader, CrashMode.LoseUnsynced);
        SimulatedRequest[] waiting = [cluster.Enqueue(other, "new", "1"), cluster.Enqueue(late, "new", "1")];
        cluster.RunUntil(() => waiting.All(request => request.IsEnded), "answers");

        waiting.ShouldAllBe(request => request.Error == QuorumError.UnknownProcessor);
        waiting.Select(request => request.Message).Distinct().ShouldHaveSingleItem();
        waiting[0].Message!.ShouldContain(late.Name);
        cluster.Restart(leader);
        Settle(cluster);
        Refusal(cluster, other).ShouldContain(late.Name);
        cluster.HandOver(cluster.Leader!);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Refusal(cluster, other).ShouldContain(late.Name);
        cluster.Nodes.ShouldAllBe(node => node.IsRunning);

        Swap(cluster, late, "new");
        Settle(cluster);
        Call(cluster, late).Result!.IsSuccess.ShouldBeTrue();
    }

    [Theory]
    [InlineData("ProcessorsWanted")]
    [InlineData("ProcessorsTold")]
    public void Lost_questions_and_answers_are_made_good(string kind)
    {
        var cluster = Cluster(7);
        var leader = cluster.RunUntilLeader();
        var late = cluster.Nodes.First(node => node != leader);
        var lost = 0;
        cluster.Drop(message => message.Kind == kind && (message.From == late.Name || message.To == late.Name) && ++lost < 3);
        Swap(cluster, late);
        Settle(cluster);

        Refusal(cluster, leader).ShouldBe($"{late.Name} runs a build without processor 'new': roll the build out there first");
        lost.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public void A_member_that_says_nothing_of_processors_counts_as_one_that_has_none()
    {
        // As a member of an earlier release, that takes the question for a query.
        var cluster = Cluster(8);
        var leader = cluster.RunUntilLeader();
        var earlier = cluster.Nodes.First(node => node != leader);
        cluster.Drop(message => message.Kind == "ProcessorsTold" && message.From == earlier.Name);
        Swap(cluster, earlier, "new");
        Settle(cluster);

        var before = cluster.Now;
        Refusal(cluster, leader).ShouldStartWith($"whether {earlier.Name} could apply processor 'new' is not known");
        (cluster.Now - before).ShouldBeLessThan(new ElectionOptions().Timeout + s_moment);
        cluster.Nodes.ShouldAllBe(node => node.IsRunning);
        cluster.Drop(null);
        cluster.RunFor(TimeSpan.FromSeconds(6));
        Call(cluster, leader).Result!.IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public void A_build_that_changed_behind_a_cut_is_noticed_though_no_connection_was_seen_to_end()
    {
        var cluster = Cluster(9);
        var leader = cluster.RunUntilLeader();
        var changed = cluster.Nodes.First(node => node != leader);
        Call(cluster, leader, "old").Result!.IsSuccess.ShouldBeTrue();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Isolate(changed);
        Swap(cluster, changed);
        cluster.Heal();
        cluster.RunFor(TimeSpan.FromSeconds(6));

        Refusal(cluster, leader).ShouldStartWith(changed.Name);
    }

    [Fact]
    public void A_learner_counts_as_it_applies_commands_too()
    {
        var cluster = Cluster(10);
        var leader = cluster.RunUntilLeader();
        var learner = cluster.Add();
        learner.Builder = Build();
        cluster.RunUntilEnded(cluster.AttachLearners(leader, learner));
        Call(cluster, leader).Result!.IsSuccess.ShouldBeTrue("it does not run yet");

        learner.Builder = Build("new");
        cluster.Join(learner);
        Settle(cluster);
        Swap(cluster, learner, "new", "newer");
        Settle(cluster);
        Call(cluster, leader).Result!.IsSuccess.ShouldBeTrue();
        foreach (var node in cluster.Nodes.Where(node => node != learner)) Swap(cluster, node, "new", "newer");
        Swap(cluster, learner, "new");
        Settle(cluster);

        Refusal(cluster, cluster.Leader!, "newer").ShouldStartWith(learner.Name);
        Refusal(cluster, learner, "newer").ShouldStartWith(learner.Name);
        cluster.RunUntilEnded(cluster.Detach(cluster.Leader!, learner));
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Call(cluster, cluster.Leader!, "newer").Result!.IsSuccess.ShouldBeTrue();
    }

    private static SimulatedCluster Cluster(ulong seed, Func<NodeOptions, NodeOptions>? configure = null) => new(3, seed, configure, build: builder => Add(builder, "new"));

    /// <summary>A node's process ends, and the next one is of a build that has these processors besides the one that all have.</summary>
    private static void Swap(SimulatedCluster cluster, SimulatedNode node, params string[] processors)
    {
        cluster.Crash(node, CrashMode.ProcessOnly);
        node.Builder = Build(processors);
        cluster.Restart(node);
    }

    private static QuorumBuilder Build(params string[] processors) => Add(new(), processors);

    private static QuorumBuilder Add(QuorumBuilder builder, params string[] processors)
    {
        foreach (var name in processors.Append("old")) builder.AddProcessor(name, (store, _) => Count(store, name));
        return builder;
    }

    private static Bytes Count(ProcessorTransaction store, string name)
    {
        Bytes count = $"{int.Parse(store.Get(name)?.ToString() ?? "0", System.Globalization.CultureInfo.InvariantCulture) + 1}";
        store.Put(name, count);
        return count;
    }

    /// <summary>All have applied the same, and each was heard since it started.</summary>
    private static void Settle(SimulatedCluster cluster)
    {
        cluster.RunUntilConverged();
        cluster.RunFor(2 * s_moment);
    }

    private static SimulatedRequest Call(SimulatedCluster cluster, SimulatedNode asked, string processor = "new")
    {
        var request = cluster.Enqueue(asked, processor, default);
        cluster.RunUntilEnded(request);
        if (request.Result is null) throw new InvalidOperationException($"{request.Error}: {request.Message}");
        return request;
    }

    private static string Refusal(SimulatedCluster cluster, SimulatedNode asked, string processor = "new")
    {
        var logged = cluster.Leader!.Core.Log.LastIndex;
        var request = cluster.Enqueue(asked, processor, default);
        cluster.RunUntilEnded(request);
        request.Error.ShouldBe(QuorumError.UnknownProcessor);
        cluster.Leader!.Core.Log.LastIndex.ShouldBe(logged, "nothing was logged");
        return request.Message!;
    }
}
