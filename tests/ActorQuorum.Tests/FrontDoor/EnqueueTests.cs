using ActorQuorum.Stores;
using ActorQuorum.Tests.Transport;

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
        await cluster.LeaderAsync();
        var errors = await Task.WhenAll(cluster.Nodes.Select(node => Should.ThrowAsync<QuorumException>(() => node.EnqueueAsync("unheard-of"))));

        errors.Select(error => (error.Error, error.Message)).Distinct().ShouldHaveSingleItem().Error.ShouldBe(QuorumError.UnknownProcessor);
        errors[0].Message.ShouldContain("'unheard-of'");
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
    public async Task A_member_without_the_processor_stops_with_a_clear_last_word_and_goes_on_with_the_right_build()
    {
        await using var cluster = new OwnCluster(3);
        foreach (var name in new[] { "n1", "n2", "n3" }) await cluster.StartAsync(name, AddAppender);
        var leader = await cluster.LeaderAsync();
        var old = cluster.Nodes.First(node => node != leader).Status.Self.Name;
        await cluster[old].StopAsync();
        var behind = await cluster.StartAsync(old);

        (await leader.EnqueueAsync("append", "x").InTime()).ToString().ShouldBe("x");

        var lastWord = await Should.ThrowAsync<Exception>(() => behind.Completion.InTime());
        lastWord.Message.ShouldContain("the processor 'append', which this build does not add");
        (await leader.EnqueueAsync("append", "y").InTime()).ToString().ShouldBe("xy");
        var again = await cluster.StartAsync(old, AddAppender);
        (await again.Store.GetAsync("text").InTime())!.Value.ToString().ShouldBe("xy");
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

    private static void AddAppender(QuorumBuilder builder) => builder.AddProcessor("append", (store, payload) =>
    {
        store.Put("text", (store.Get("text")?.ToString() ?? "") + payload);
        if (payload == "!") throw new InvalidOperationException("as it was told, on " + Environment.CurrentManagedThreadId);
        return store.Get("text")!.Value;
    });
}
