using System.Collections.Concurrent;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Tests.FrontDoor;

public sealed class RoleTests
{
    [Fact]
    public async Task A_reader_is_told_the_part_of_the_moment_first()
    {
        await using var cluster = await OwnCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        foreach (var node in cluster.Nodes)
        {
            await foreach (var part in node.RoleChanges())
            {
                (part.Leader, part.Term).ShouldBe((leader.Status.Self, leader.Status.Term));
                part.IsLeader.ShouldBe(node == leader);
                break;
            }
        }
    }

    [Fact]
    public async Task A_slow_reader_misses_what_was_between_but_never_the_latest()
    {
        await using var cluster = await OwnCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        var watched = cluster.Nodes.First(node => node != leader);
        await using var parts = watched.RoleChanges().GetAsyncEnumerator();
        (await parts.MoveNextAsync().AsTask().InTime()).ShouldBeTrue();

        // Three changes of the leader that nobody reads.
        for (var i = 0; i < 3; i++)
        {
            var led = await cluster.LeaderAsync();
            var term = led.Status.Term;
            await led.HandOverAsync(TimeSpan.FromSeconds(20));
            await Eventually.ShouldBeAsync(() => cluster.Nodes.All(node => node.Status.Term > term), "another leads");
        }

        var latest = await cluster.LeaderAsync();
        var term2 = latest.Status.Term;
        (await parts.MoveNextAsync().AsTask().InTime()).ShouldBeTrue();
        parts.Current.Term.ShouldBe(term2);
        parts.Current.Leader.ShouldBe(latest.Status.Self);
    }

    [Fact]
    public async Task The_changes_end_with_the_node_and_a_stopped_node_does_not_lead()
    {
        await using var cluster = await OwnCluster.StartAsync(1);
        var node = await cluster.LeaderAsync();
        var seen = new List<NodeRole>();
        var begun = new TaskCompletionSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var part in node.RoleChanges())
            {
                seen.Add(part);
                begun.TrySetResult();
            }
        });
        await begun.Task.InTime();
        await node.StopAsync();
        await reading.InTime();
        seen.ShouldHaveSingleItem().IsLeader.ShouldBeTrue();
        (node.Role, node.Leader).ShouldBe((Role.Follower, null));
    }

    [Fact]
    public async Task A_reader_that_gives_up_is_let_go()
    {
        await using var cluster = await OwnCluster.StartAsync(1);
        var node = await cluster.LeaderAsync();
        using var patience = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var part in node.RoleChanges(patience.Token)) await patience.CancelAsync();
        });
    }

    [Fact]
    public async Task Work_of_the_leader_is_done_on_one_member_at_a_time_and_moves_with_the_leadership()
    {
        await using var cluster = await OwnCluster.StartAsync(3);
        var begun = new ConcurrentQueue<string>();
        var ended = new ConcurrentQueue<string>();
        using var enough = new CancellationTokenSource();
        Task[] workers =
        [
            .. cluster.Nodes.Select(node => node.WhileLeadingAsync(
                async (part, leading) =>
                {
                    part.IsLeader.ShouldBeTrue();
                    begun.Enqueue(node.Status.Self.Name);
                    var over = new TaskCompletionSource();
                    using var told = leading.Register(over.SetResult);
                    await over.Task;
                    ended.Enqueue(node.Status.Self.Name);
                    leading.ThrowIfCancellationRequested();
                },
                enough.Token)),
        ];
        await Eventually.ShouldBeAsync(() => begun.Count == 1, "the leader works");
        var first = await cluster.LeaderAsync();
        begun.ShouldBe([first.Status.Self.Name]);

        await first.StopAsync();
        await Eventually.ShouldBeAsync(() => begun.Count >= 2 && ended.Contains(first.Status.Self.Name), "the work moves");
        begun.Last().ShouldNotBe(first.Status.Self.Name);

        await enough.CancelAsync();
        await Task.WhenAll(workers).InTime();
        ended.Count.ShouldBe(begun.Count);
    }

    [Fact]
    public async Task Work_that_fails_ends_the_whole()
    {
        await using var cluster = await OwnCluster.StartAsync(1);
        var work = cluster["n1"].WhileLeadingAsync((_, _) => throw new TimeoutException("of the work's own"));
        (await Should.ThrowAsync<TimeoutException>(() => work.InTime())).Message.ShouldBe("of the work's own");
    }

    [Fact]
    [Trait("Row", "CO-6")]
    public async Task A_leader_that_is_known_and_not_reached_is_called_unreachable()
    {
        await using var cluster = new OwnCluster(3);
        foreach (var name in new[] { "n1", "n2", "n3" })
            await cluster.StartAsync(name, change: options => options with { Limits = options.Limits with { RequestTimeout = TimeSpan.FromMilliseconds(300) } });
        var leader = await cluster.LeaderAsync();
        var follower = cluster.Nodes.First(node => node != leader);

        // It hears the leader and cannot speak to it: the network loses what it sends.
        cluster.Cut(follower, leader);
        (await Should.ThrowAsync<QuorumException>(() => follower.Store.PutAsync("k", "v").InTime())).ShouldSatisfyAllConditions(
            error => error.Error.ShouldBe(QuorumError.LeaderUnreachable), error => error.Message.ShouldContain(leader.Status.Self.Name));
    }

    [Fact]
    public async Task The_members_are_shown_in_the_order_of_their_names()
    {
        await using var cluster = await OwnCluster.StartAsync(3);
        cluster["n2"].Members.Select(member => member.Name).ShouldBe(["n1", "n2", "n3"]);
    }

    /// <summary>It hears the leader before it has read in its log that there is such a member.</summary>
    [Fact]
    public async Task A_leader_that_was_not_yet_known_for_a_member_is_named_once_it_is()
    {
        await using var cluster = await OwnCluster.StartAsync(3);
        var first = await cluster.LeaderAsync();
        var away = cluster.Nodes.First(node => node != first);
        foreach (var other in cluster.Nodes.Where(node => node != away).ToList())
        {
            cluster.Cut(away, other);
            cluster.Cut(other, away);
        }

        var members = await first.AttachAsync([new("n4", "n4:1", "n4:2"), new("n5", "n5:1", "n5:2")]).InTime();
        QuorumNode[] newcomers = [await cluster.JoinAsync("n4", first, members), await cluster.JoinAsync("n5", first, members)];
        foreach (var newcomer in newcomers)
        {
            cluster.Cut(away, newcomer);
            cluster.Cut(newcomer, away);
        }

        await Eventually.ShouldBeAsync(() => first.Members.Count == 5 && first.Members.All(member => !member.IsLearner), "the newcomers vote");
        MemberId[] gone = [.. cluster.Nodes.Where(node => node != away && !newcomers.Contains(node)).Select(node => node.Status.Self.Id)];
        await newcomers[0].DetachAsync(gone).InTime();

        NodeRole? last = null;
        using var enough = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var part in away.RoleChanges(enough.Token)) Volatile.Write(ref last, part);
        });

        // It hears the leader, and cannot yet say what it lacks.
        foreach (var newcomer in newcomers) cluster.Heal(newcomer, away);
        await Eventually.ShouldBeAsync(() => newcomers.Any(newcomer => newcomer.Status.Self.Id == away.Status.Leader), "it hears the leader");
        foreach (var newcomer in newcomers) cluster.Heal(away, newcomer);
        await Eventually.ShouldBeAsync(() => away.Members.Count == 3 && away.Leader is not null, "it follows");
        try
        {
            await Eventually.ShouldBeAsync(() => Volatile.Read(ref last)?.Leader == away.Leader, "a reader of the changes knows the leader, too");
        }
        finally
        {
            await enough.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => reading);
        }
    }

    [Fact]
    public async Task Work_that_fails_when_it_is_told_to_end_is_what_the_whole_fails_with()
    {
        var work = LeaderWork.RunAsync(
            _ => Parts(new NodeRole(Role.Leader, 1, null), new NodeRole(Role.Follower, 2, null)),
            async (_, leading) =>
            {
                var over = new TaskCompletionSource();
                await using var told = leading.Register(over.SetResult);
                await over.Task;
                throw new TimeoutException("of the work's own");
            },
            CancellationToken.None);
        (await Should.ThrowAsync<TimeoutException>(() => work.InTime())).Message.ShouldBe("of the work's own");
    }

    private static async IAsyncEnumerable<NodeRole> Parts(params NodeRole[] parts)
    {
        foreach (var part in parts)
        {
            await Task.Yield();
            yield return part;
        }
    }
}
