using System.Collections.Concurrent;
using System.Net.Sockets;
using ActorQuorum.Core.Raft;
using ActorQuorum.Metrics;

namespace ActorQuorum.Tests.FrontDoor;

/// <summary>A running node leaves its cluster and goes on alone, in the same process and behind the same object.</summary>
[Trait("Row", "CO-4")]
public sealed class SoloTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_of_three_goes_on_alone_with_what_it_has_and_the_others_with_their_majority(bool isLeader)
    {
        await using var cluster = await DiskCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        await leader.EnqueueAsync("note", "before").InTime();
        var node = isLeader ? leader : cluster.Nodes.First(other => other != leader);
        await Eventually.ShouldBeAsync(() => node.Status.AppliedIndex >= leader.Status.CommitIndex, "it has applied all");
        var (clusterId, term) = (node.Status.ClusterId, node.Status.Term);

        await node.SoloAsync().InTime();

        node.Status.ClusterId.ShouldNotBe(clusterId);
        node.Status.Term.ShouldBeGreaterThan(term);
        node.Members.ShouldHaveSingleItem().ShouldBe(node.Status.Self);
        await node.EnqueueAsync("note", "mine").InTime();
        node.Role.ShouldBe(Role.Leader);
        var others = cluster.Nodes.Where(other => other != node).ToArray();
        var next = await cluster.LeaderAsync(others);
        await next.EnqueueAsync("note", "after").InTime();
        next.Status.ClusterId.ShouldBe(clusterId);
        (await KeysOf(node)).ShouldBe(["before", "mine"]);
        (await KeysOf(others[0])).ShouldBe(["after", "before"]);
        node.Completion.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Of_what_waits_each_ends_with_what_is_certain_and_may_be_asked_again()
    {
        await using var cluster = await DiskCluster.StartAsync(3);
        var node = await cluster.LeaderAsync();
        await node.Store.PutAsync("before", "1").InTime();
        foreach (var other in cluster.Nodes.Where(other => other != node).ToArray()) await other.StopAsync().InTime();

        // The first stands in its log and is not committed; by then nobody stands behind it any more, and the second waits for a leader.
        var logged = node.Store.PutAsync("logged", "1");
        await Eventually.ShouldBeAsync(() => node.Leader is null, "it leads nobody");
        var waiting = node.Store.PutAsync("waiting", "1");
        await node.SoloAsync().InTime();

        (await Should.ThrowAsync<QuorumException>(() => logged.InTime())).ShouldSatisfyAllConditions(
            unknown => unknown.Error.ShouldBe(QuorumError.OutcomeUnknown), unknown => unknown.Message.ShouldContain("what stood in its log it takes along"));
        (await Should.ThrowAsync<QuorumException>(() => waiting.InTime())).ShouldSatisfyAllConditions(
            undone => undone.Error.ShouldBe(QuorumError.NoLeader), undone => undone.Message.ShouldContain("repeat it soon"));
        await node.Store.PutAsync("waiting", "2").InTime();
        (await KeysOf(node)).ShouldBe(["before", "logged", "waiting"]);
    }

    [Fact]
    public async Task Work_of_the_leader_ends_with_its_term_and_begins_anew_with_the_next()
    {
        await using var cluster = await DiskCluster.StartAsync(1);
        var node = await cluster.LeaderAsync();
        var told = new ConcurrentQueue<string>();
        using var enough = new CancellationTokenSource();
        var work = node.WhileLeadingAsync(
            async (part, leading) =>
            {
                told.Enqueue($"begins {part.Term}");
                var over = new TaskCompletionSource();
                using var end = leading.Register(over.SetResult);
                await over.Task;
                told.Enqueue($"ends {part.Term}");
            },
            enough.Token);
        await Eventually.ShouldBeAsync(() => told.Count == 1, "it works");
        var term = node.Status.Term;

        await node.SoloAsync().InTime();
        await Eventually.ShouldBeAsync(() => told.Count == 3, "it works again");

        told.ShouldBe([$"begins {term}", $"ends {term}", $"begins {node.Status.Term}"]);
        work.IsCompleted.ShouldBeFalse();
        await node.StopAsync().InTime();
        await work.InTime();
    }

    [Fact]
    [Trait("Row", "RP-3")]
    public async Task Its_counters_count_on_and_its_gauges_show_the_present_life()
    {
        await using var cluster = await DiskCluster.StartAsync(1);
        var node = await cluster.LeaderAsync();
        using var reader = new MetricReader(node);
        for (var i = 0; i < 5; i++) await node.Store.PutAsync($"k{i}", "1").InTime();
        var commits = node.Status.CommitIndex;
        Value(reader, "actorquorum.commits").ShouldBe(commits);

        await node.SoloAsync().InTime();
        await node.Store.PutAsync("k5", "1").InTime();

        Value(reader, "actorquorum.proposals").ShouldBe(6);
        Value(reader, "actorquorum.elections.won").ShouldBe(2);
        Value(reader, "actorquorum.term").ShouldBe(node.Status.Term);
        Value(reader, "actorquorum.leader.self").ShouldBe(1);
        Value(reader, "actorquorum.commits").ShouldBe(node.Status.CommitIndex, "no entry counts twice");
    }

    [Fact]
    public async Task A_node_that_cannot_says_why_and_goes_on_as_it_was()
    {
        await using var cluster = await OwnCluster.StartAsync(1);
        var inMemory = await cluster.LeaderAsync();
        (await Should.ThrowAsync<InvalidOperationException>(() => inMemory.SoloAsync())).Message.ShouldContain("keeps nothing on disk");
        await inMemory.Store.PutAsync("k", "v").InTime();

        await using var waiting = new DiskCluster(1, members: 3);
        var fresh = await waiting.StartAsync("n1");
        (await Should.ThrowAsync<InvalidOperationException>(() => fresh.SoloAsync())).Message.ShouldContain("holds no entry yet");
        await fresh.StopAsync().InTime();
        (await Should.ThrowAsync<QuorumException>(() => fresh.SoloAsync())).Error.ShouldBe(QuorumError.Stopped);
    }

    [Fact]
    public async Task Where_the_data_directory_cannot_be_worked_on_the_node_goes_on_in_its_cluster()
    {
        await using var cluster = await DiskCluster.StartAsync(1);
        var node = await cluster.LeaderAsync();
        await node.Store.PutAsync("before", "1").InTime();
        var clusterId = node.Status.ClusterId;

        // A file stands where the log of the next era is to be.
        await File.WriteAllTextAsync(Path.Combine(cluster.Options("n1").DataDirectory, "log-1"), "in the way");
        (await Should.ThrowAsync<IOException>(() => node.SoloAsync().InTime())).Message.ShouldContain("goes on with what its data directory holds");

        node.Status.ClusterId.ShouldBe(clusterId);
        await node.Store.PutAsync("after", "1").InTime();
        (await KeysOf(node)).ShouldBe(["after", "before"]);
        node.Completion.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_node_that_cannot_be_started_again_says_its_last_word_and_its_directory_is_the_new_one()
    {
        await using var cluster = new DiskCluster(1);
        var starts = 0;
        var node = await cluster.StartAsync("n1", builder => builder.UseTransport(_ => new LoneFrames(
            () => ++starts == 2 ? Task.FromException(new IOException("the port is another's by now")) : Task.CompletedTask)));
        await node.Store.PutAsync("before", "1").InTime();
        var clusterId = node.Status.ClusterId;

        var told = await Should.ThrowAsync<IOException>(() => node.SoloAsync().InTime());

        told.Message.ShouldContain("n1 could not be started again as it was to begin anew: the port is another's by now");
        (await Should.ThrowAsync<IOException>(() => node.Completion.InTime())).ShouldBeSameAs(told);
        (await Should.ThrowAsync<QuorumException>(() => node.Store.PutAsync("k", "v").InTime())).Error.ShouldBe(QuorumError.Stopped);
        await cluster.StopAsync("n1");
        var again = await cluster.StartAsync("n1");
        again.Status.ClusterId.ShouldNotBe(clusterId);
        (await again.Store.GetAsync("before").InTime())!.Value.ToString().ShouldBe("1");
    }

    [Fact]
    public async Task A_port_that_is_taken_for_a_moment_is_waited_for()
    {
        await using var cluster = new DiskCluster(1);
        var starts = 0;
        var node = await cluster.StartAsync("n1", builder => builder.UseTransport(_ => new LoneFrames(() => ++starts == 2
            ? Task.FromException(new IOException("busy", new SocketException((int)SocketError.AddressAlreadyInUse)))
            : Task.CompletedTask)));
        await node.Store.PutAsync("before", "1").InTime();
        await node.SoloAsync().InTime();
        await node.Store.PutAsync("after", "1").InTime();
        starts.ShouldBe(3);
    }

    [Fact]
    public async Task While_one_life_follows_the_other_nobody_is_left_waiting()
    {
        await using var cluster = new DiskCluster(1);
        var (starts, isBetween, go) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        var node = await cluster.StartAsync("n1", builder => builder.UseTransport(_ => new LoneFrames(() =>
        {
            if (++starts == 1) return Task.CompletedTask;
            isBetween.SetResult();
            return go.Task;
        })));
        await node.Store.PutAsync("before", "1").InTime();
        var turning = node.SoloAsync();
        var stopping = Task.CompletedTask;
        try
        {
            await isBetween.Task.InTime();
            (node.Role, node.Leader).ShouldBe((Role.Follower, null));
            (await Should.ThrowAsync<QuorumException>(() => node.Store.PutAsync("k", "v").InTime())).Error.ShouldBe(QuorumError.NoLeader);
            (await Should.ThrowAsync<QuorumException>(() => node.SoloAsync().InTime())).Error.ShouldBe(QuorumError.ChangeInProgress);
            (await Should.ThrowAsync<QuorumException>(() => node.InspectAsync().InTime())).Error.ShouldBe(QuorumError.NoLeader);
            stopping = node.StopAsync();
            (await Should.ThrowAsync<QuorumException>(() => node.ResetAsync().InTime())).Error.ShouldBe(QuorumError.Stopped);
        }
        finally
        {
            go.SetResult();
        }

        await turning.InTime();
        await stopping.InTime();
        node.Completion.Status.ShouldBe(TaskStatus.RanToCompletion);
    }

    [Fact]
    [Trait("Row", "CO-5")]
    public async Task A_lone_node_that_is_reset_is_bound_by_its_old_cluster_and_has_only_what_that_has()
    {
        await using var cluster = await DiskCluster.StartAsync(3);
        var node = cluster["n3"];
        await node.Store.PutAsync("before", "1").InTime();
        var clusterId = node.Status.ClusterId;
        (await Should.ThrowAsync<InvalidOperationException>(() => node.ResetAsync())).Message.ShouldContain("has other members in its cluster (n1, n2)");
        await node.Store.PutAsync("before", "2").InTime();
        await node.SoloAsync().InTime();
        await node.Store.PutAsync("mine", "1").InTime();

        await node.ResetAsync().InTime();

        node.Status.ClusterId.ShouldBe(clusterId);
        await Eventually.ShouldBeAsync(() => node.Status.IsProven, "it is bound");
        await node.Store.PutAsync("after", "1").InTime();
        (await KeysOf(node)).ShouldBe(["after", "before"]);

        // Its vote counts again.
        await cluster["n1"].StopAsync().InTime();
        await cluster["n2"].Store.PutAsync("then", "1").InTime();
    }

    [Fact]
    [Trait("Row", "CO-5")]
    public async Task A_node_that_is_alone_in_its_cluster_is_reset_and_founds_none()
    {
        await using var cluster = new DiskCluster(1);
        var node = await cluster.StartAsync("n1", change: options => options with { Limits = options.Limits with { RequestTimeout = TimeSpan.FromMilliseconds(700) } });
        await Eventually.ShouldBeAsync(() => node.Role == Role.Leader, "it leads");
        await node.Store.PutAsync("before", "1").InTime();

        await node.ResetAsync().InTime();

        (node.Status.LastIndex, node.Status.Term, node.Status.IsProven).ShouldBe((0, 0, false));
        (await Should.ThrowAsync<QuorumException>(() => node.Store.PutAsync("after", "1").InTime())).Error.ShouldBe(QuorumError.NoLeader);
        (await node.Store.RangeAsync(ActorQuorum.Stores.StoreRange.All, consistency: Consistency.Serializable).InTime()).Count.ShouldBe(0);
        node.Status.LastIndex.ShouldBe(0);
    }

    private static async Task<string[]> KeysOf(QuorumNode node)
    {
        var page = await node.Store.RangeAsync(ActorQuorum.Stores.StoreRange.All).InTime();
        return [.. page.Entries.Select(entry => entry.Key.ToString())];
    }

    private static double Value(MetricReader reader, string name) =>
        reader.Collect().Single(family => family.Name == name).Series.Single().Value;
}
