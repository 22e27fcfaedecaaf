using System.Diagnostics;
using ActorQuorum.Stores;

namespace ActorQuorum.Tests.FrontDoor;

[Trait("Row", "CO-2")]
public sealed class EnqueueTests
{
    [Fact]
    public async Task Any_member_takes_a_command_and_answers_with_the_handlers_result()
    {
        await using var cluster = await OwnCluster.StartAsync(3, AddAppender);
        foreach (var (node, expected) in cluster.Nodes.Zip(["x", "xx", "xxx"]))
            (await node.EnqueueAsync("append", "x").InTime()).ToString().ShouldBe(expected);
        foreach (var node in cluster.Nodes) (await node.Store.GetAsync("text"))!.Value.ToString().ShouldBe("xxx");
    }

    [Fact]
    public async Task Commands_enqueued_at_once_are_all_applied_one_after_the_other()
    {
        await using var cluster = await OwnCluster.StartAsync(3, AddAppender);
        var answers = await Task.WhenAll(cluster.Nodes.SelectMany(node => Enumerable.Range(0, 20).Select(_ => node.EnqueueAsync("append", "x")))).InTime();
        answers.Select(answer => answer.Length).Order().ShouldBe(Enumerable.Range(1, 60));
    }

    [Fact]
    public async Task An_unknown_name_is_the_same_error_on_every_member_and_all_go_on()
    {
        await using var cluster = await OwnCluster.StartAsync(3, AddAppender);
        var (leader, errors) = await RefusedUnderOneLeader(cluster, "unheard-of");

        var (error, words) = errors.Distinct().ShouldHaveSingleItem();
        (error, words).ShouldBe((QuorumError.UnknownProcessor, $"there is no processor 'unheard-of' on {leader}, which leads: add it on every member before it is asked for"));
        (await cluster["n1"].EnqueueAsync("append", "on").InTime()).ToString().ShouldBe("on");
    }

    [Fact]
    public async Task A_handler_that_throws_is_the_same_error_on_every_member_and_all_go_on()
    {
        await using var cluster = await OwnCluster.StartAsync(3, AddAppender);
        var errors = new List<QuorumException>();
        foreach (var node in cluster.Nodes) errors.Add(await Should.ThrowAsync<QuorumException>(() => node.EnqueueAsync("append", "!").InTime()));

        errors.Select(error => (error.Error, error.Message)).Distinct().ShouldHaveSingleItem().Error.ShouldBe(QuorumError.ProcessorFailed);
        foreach (var node in cluster.Nodes)
        {
            (await node.Store.GetAsync("text").InTime()).ShouldBeNull();
            node.Completion.IsCompleted.ShouldBeFalse();
        }

        (await cluster["n2"].EnqueueAsync("append", "on").InTime()).ToString().ShouldBe("on");
    }

    [Fact]
    public async Task A_command_that_the_leader_does_not_know_is_not_logged()
    {
        // Only the one that does not lead knows the processor.
        await using var cluster = await OwnCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        var name = cluster.Nodes.First(node => node != leader).Status.Self.Name;
        await cluster[name].StopAsync();
        await cluster.StartAsync(name, AddAppender);

        var error = await Should.ThrowAsync<QuorumException>(() => cluster[name].EnqueueAsync("append", "x").InTime());

        error.Error.ShouldBe(QuorumError.UnknownProcessor);
        (await leader.Store.PutAsync("k", "v").InTime()).ShouldBeGreaterThan(1);
        foreach (var node in cluster.Nodes) node.Completion.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_name_that_one_member_lacks_is_refused_in_the_same_words_on_all_until_it_runs_the_right_build()
    {
        await using var cluster = await OwnCluster.StartAsync(3, AddAppender);
        var leader = await cluster.LeaderAsync();
        var name = cluster.Nodes.First(node => node != leader).Status.Self.Name;
        await cluster[name].StopAsync();
        var old = await cluster.StartAsync(name);
        (await old.Store.PutAsync("it", "is there").InTime()).ShouldBeGreaterThan(1);

        var (_, errors) = await RefusedUnderOneLeader(cluster, "append", except: name);

        var (error, words) = errors.Distinct().ShouldHaveSingleItem();
        (error, words).ShouldBe((QuorumError.UnknownProcessor, $"{name} runs a build without processor 'append': roll the build out there first"));
        (await old.Store.PutAsync("all", "go on").InTime()).ShouldBeGreaterThan(1);
        foreach (var node in cluster.Nodes) node.Completion.IsCompleted.ShouldBeFalse();

        await old.StopAsync();
        await cluster.StartAsync(name, AddAppender);
        (await cluster[name].EnqueueAsync("append", "x").InTime()).ToString().ShouldBe("x");
    }

    [Fact]
    public async Task A_member_that_was_down_while_it_was_called_stops_with_a_clear_last_word_and_goes_on_with_the_right_build()
    {
        await using var cluster = await OwnCluster.StartAsync(3, AddAppender);
        var leader = await cluster.LeaderAsync();
        var old = cluster.Nodes.First(node => node != leader).Status.Self.Name;
        await cluster[old].StopAsync();
        (await leader.EnqueueAsync("append", "x").InTime()).ToString().ShouldBe("x");

        var behind = await cluster.StartAsync(old);

        var lastWord = await Should.ThrowAsync<Exception>(() => behind.Completion.InTime());
        lastWord.Message.ShouldContain("the processor 'append', which this build does not add");
        (await OnceUnheard(() => leader.EnqueueAsync("append", "y"))).ToString().ShouldBe("xy");
        var again = await cluster.StartAsync(old, AddAppender);
        (await again.Store.GetAsync("text").InTime())!.Value.ToString().ShouldBe("xy");
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("a-name-that-is-much-too-long-to-stand-in-a-log-line-as-it-is-12345")]
    public async Task A_name_that_can_be_none_is_the_callers_mistake_and_nothing_is_asked(string name)
    {
        await using var cluster = await OwnCluster.StartAsync(1, AddAppender);
        var mistake = await Should.ThrowAsync<ArgumentException>(() => cluster["n1"].EnqueueAsync(name));
        (mistake.ParamName, mistake.Message.Contains("1 to 64 letters", StringComparison.Ordinal)).ShouldBe(("name", true));
        await Should.ThrowAsync<ArgumentNullException>(() => cluster["n1"].EnqueueAsync(null!));
    }

    [Fact]
    public async Task A_caller_that_gives_up_while_no_leader_is_known_is_let_go_and_nothing_takes_effect()
    {
        await using var cluster = new OwnCluster(3);
        var alone = await cluster.StartAsync("n1", AddAppender);
        using var cancellation = new CancellationTokenSource();
        var given = alone.EnqueueAsync("append", "given up", cancellation.Token);
        (await alone.InspectAsync()).Queues.Single(queue => queue.Name == "requests leaderless").Length.ShouldBe(1);
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => given.InTime());

        await Should.ThrowAsync<OperationCanceledException>(() => alone.EnqueueAsync("append", "not begun", cancellation.Token));
        foreach (var name in new[] { "n2", "n3" }) await cluster.StartAsync(name, AddAppender);
        (await alone.EnqueueAsync("append", "x").InTime()).ToString().ShouldBe("x");
    }

    [Fact]
    public async Task A_handler_that_enqueues_or_reads_through_its_node_fails_at_once_instead_of_waiting_for_itself()
    {
        QuorumNode? captured = null;
        await using var cluster = await OwnCluster.StartAsync(1, builder => builder
            .AddProcessor("nested", (_, payload) => captured!.EnqueueAsync("nested", payload).GetAwaiter().GetResult())
            .AddProcessor("reading", (_, _) => captured!.Store.GetAsync("k").GetAwaiter().GetResult()!.Value));
        captured = await cluster.LeaderAsync();
        var before = captured.Status.LastIndex;

        foreach (var name in new[] { "nested", "reading" })
            (await Should.ThrowAsync<QuorumException>(() => captured.EnqueueAsync(name).InTime())).Error.ShouldBe(QuorumError.ProcessorFailed);

        captured.Status.LastIndex.ShouldBe(before + 2, "each was logged once");
        (await captured.Store.PutAsync("k", "v").InTime()).ShouldBe(2);
    }

    [Fact]
    public async Task A_payload_over_the_limit_is_refused_before_it_is_taken()
    {
        await using var cluster = await OwnCluster.StartAsync(1, AddAppender);
        (await Should.ThrowAsync<QuorumException>(() => cluster["n1"].EnqueueAsync("append", new byte[2 << 20]))).Error.ShouldBe(QuorumError.TooLarge);
    }

    [Fact]
    public async Task What_commands_wrote_is_what_the_store_shows()
    {
        await using var cluster = await OwnCluster.StartAsync(1, builder => builder.AddProcessor("fill", (store, payload) =>
        {
            for (var i = 0; i < 10; i++) store.Put($"item/{i}", payload);
            return default;
        }));
        (await cluster["n1"].EnqueueAsync("fill", "same").InTime()).IsEmpty.ShouldBeTrue();
        var page = await cluster["n1"].Store.RangeAsync(StoreRange.StartingWith("item/"), limit: 3);
        (page.Count, page.IsMore, page.Entries.Count).ShouldBe((10, true, 3));
        page.Entries.ShouldAllBe(entry => entry.ModRevision == 2 && entry.Value == "same");
    }

    /// <summary>Asks every member; again, if meanwhile another leader was elected, which may have other words.</summary>
    private static async Task<(string Leader, IReadOnlyList<(QuorumError Error, string Words)> Errors)> RefusedUnderOneLeader(
        OwnCluster cluster, string processor, string? except = null)
    {
        while (true)
        {
            var leader = await cluster.LeaderAsync();
            var before = leader.Status;
            if (before.Self.Name == except)
            {
                await leader.HandOverAsync(TimeSpan.FromSeconds(1));
                continue;
            }

            var errors = new List<(QuorumError, string)>();
            foreach (var node in cluster.Nodes)
            {
                var error = await Should.ThrowAsync<QuorumException>(() => node.EnqueueAsync(processor, "x").InTime());
                errors.Add((error.Error, error.Message));
            }

            if ((await cluster.LeaderAsync()).Status.Term == before.Term) return (before.Self.Name, errors);
        }
    }

    /// <summary>This network does not tell that a member is gone: it counts until it was silent for an election timeout.</summary>
    private static async Task<Bytes> OnceUnheard(Func<Task<Bytes>> enqueue)
    {
        var clock = Stopwatch.StartNew();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            try
            {
                return await enqueue().InTime();
            }
            catch (QuorumException e) when (e.Error == QuorumError.UnknownProcessor && clock.Elapsed < Eventually.Deadline)
            {
                await pause.WaitForNextTickAsync();
            }
        }
    }

    private static void AddAppender(QuorumBuilder builder) => builder.AddProcessor("append", (store, payload) =>
    {
        store.Put("text", (store.Get("text")?.ToString() ?? "") + payload);
        if (payload == "!") throw new InvalidOperationException("as it was told, on " + Environment.CurrentManagedThreadId);
        return store.Get("text")!.Value;
    });
}
