using ActorQuorum.Stores;
using ActorQuorum.Tests.Transport;

namespace ActorQuorum.Tests.FrontDoor;

[Trait("Row", "CO-6")]
public sealed class StoreTests : IAsyncLifetime
{
    private OwnCluster _cluster = null!;

    private QuorumStore Store => _cluster["n1"].Store;

    public async Task InitializeAsync() => _cluster = await OwnCluster.StartAsync(1);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Texts_and_bytes_are_put_read_and_deleted()
    {
        (await Store.GetAsync("a").InTime()).ShouldBeNull();
        (await Store.PutAsync("a", "1").InTime()).ShouldBe(2);
        (await Store.PutAsync(new byte[] { 0, 255 }, new byte[] { 1, 2, 3 })).ShouldBe(3);

        (await Store.GetAsync("a")).ShouldBe(new StoreEntry("a", "1", 2, 2, 1));
        (await Store.GetAsync(new byte[] { 0, 255 }, Consistency.Serializable))!.Value.ToArray().ShouldBe([1, 2, 3]);
        (await Store.DeleteAsync("a")).ShouldBeTrue();
        (await Store.DeleteAsync("a")).ShouldBeFalse();
    }

    [Fact]
    public async Task Ranges_are_what_they_say()
    {
        string[] keys = ["a", "b", "b/1", "b/2", "b\u007f", "c"];
        foreach (var key in keys) await Store.PutAsync(key, key).InTime();
        byte[] high = [255, 255];
        await Store.PutAsync(high, "high");

        (await Keys(StoreRange.All)).Count.ShouldBe(7);
        (await Keys(StoreRange.StartingWith(""))).Count.ShouldBe(7);
        (await Keys(StoreRange.StartingWith("b"))).ShouldBe(["b", "b/1", "b/2", "b\u007f"]);
        (await Keys(StoreRange.StartingWith("b/"))).ShouldBe(["b/1", "b/2"]);
        (await Keys(StoreRange.Between("b", "b/2"))).ShouldBe(["b", "b/1"]);
        (await Keys(StoreRange.Between("c", "b"))).ShouldBeEmpty();
        (await Keys(StoreRange.Between(new byte[] { 0 }, new byte[] { 0 }))).ShouldBeEmpty();
        (await Keys(StoreRange.From("c"))).Count.ShouldBe(2);
        (await Keys(StoreRange.Of("c"))).ShouldBe(["c"]);
        (await Store.RangeAsync(StoreRange.StartingWith(new byte[] { 255 }))).Entries.ShouldHaveSingleItem().Key.ToArray().ShouldBe(high);
        (await Store.DeleteAsync(StoreRange.StartingWith("b/"))).ShouldBe(2);
        (await Store.RangeAsync(StoreRange.All)).Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_write_that_compares_is_made_once()
    {
        var first = await Store.CompareAndSetAsync("lock", 0, "me").InTime();
        first.ShouldBe(new(true, 2));
        (await Store.CompareAndSetAsync("lock", 0, "you")).ShouldBe(new(false, 2));
        (await Store.CompareAndSetAsync("lock", first.Revision, "me again")).ShouldBe(new(true, 3));
        (await Store.GetAsync("lock"))!.Value.ToString().ShouldBe("me again");
    }

    [Fact]
    public async Task A_transaction_is_made_whole_or_not_at_all()
    {
        await Store.PutAsync("from", "gold").InTime();
        (await Store.CommitAsync(new StoreTransaction()
            .WhenPresent("from").WhenMissing("to").WhenValue("from", "gold").Put("to", "gold").Delete("from"))).ShouldBe(new(true, 3));
        (await Store.CommitAsync(new StoreTransaction().WhenPresent("from").Put("to", "nothing"))).IsCommitted.ShouldBeFalse();
        (await Store.CommitAsync(new StoreTransaction().WhenValue("to", "silver").Delete("to"))).IsCommitted.ShouldBeFalse();
        (await Store.GetAsync("to"))!.Value.ToString().ShouldBe("gold");
    }

    [Fact]
    public async Task What_the_store_refuses_is_an_error_that_says_so()
    {
        (await Should.ThrowAsync<QuorumException>(() => Store.PutAsync("", "v").InTime())).ShouldSatisfyAllConditions(
            error => error.Error.ShouldBe(QuorumError.Refused), error => error.Message.ShouldContain("key is not provided"));
        (await Should.ThrowAsync<QuorumException>(() => Store.GetAsync(""))).Error.ShouldBe(QuorumError.Refused);
        var twice = new StoreTransaction().Put("k", "1").Put("k", "2");
        (await Should.ThrowAsync<QuorumException>(() => Store.CommitAsync(twice))).Message.ShouldContain("duplicate key");
        Should.Throw<ArgumentException>(() => StoreRange.Of(""));
        Should.Throw<ArgumentException>(() => StoreRange.Between("a", ""));
    }

    private async Task<IReadOnlyList<string>> Keys(StoreRange range) => [.. (await Store.RangeAsync(range)).Entries.Select(entry => entry.Key.ToString())];
}
