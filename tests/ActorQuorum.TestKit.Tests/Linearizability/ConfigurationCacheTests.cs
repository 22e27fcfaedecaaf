using ActorQuorum.TestKit.Linearizability.Searching;

namespace ActorQuorum.TestKit.Tests.Linearizability;

/// <summary>Which configurations count as seen.</summary>
public sealed class ConfigurationCacheTests
{
    private const int Completed = 200;
    private const int Lost = 70;

    private readonly ConfigurationCache<string?> _cache = new(StringComparer.Ordinal);

    [Fact]
    public void A_configuration_is_new_once()
    {
        _cache.Add(Set([1, 2], []), "a").ShouldBeTrue();
        _cache.Add(Set([2, 1], []), "a").ShouldBeFalse();
        _cache.Add(Set([1, 2], []), "b").ShouldBeTrue();
        _cache.Add(Set([1, 2], []), null).ShouldBeTrue();
        _cache.Add(Set([1, 3], []), "a").ShouldBeTrue();
        _cache.Count.ShouldBe(4);
    }

    [Fact]
    public void One_that_used_more_lost_operations_is_no_better_and_one_that_used_fewer_is()
    {
        _cache.Add(Set([1], [3, 65]), "a").ShouldBeTrue();
        _cache.Add(Set([1], [3, 4, 65]), "a").ShouldBeFalse();
        _cache.Add(Set([1], [3, 66]), "a").ShouldBeTrue("neither is part of the other");
        _cache.Add(Set([1], [3]), "a").ShouldBeTrue();
        _cache.Add(Set([1], [3, 69]), "a").ShouldBeFalse();
    }

    /// <summary>Sets that grow and shrink through full and empty words, against sets that are kept in full.</summary>
    [Fact]
    public void A_set_is_told_from_others_however_it_was_reached()
    {
        var random = new Random(2026);
        var placed = new OperationSet(Completed, Lost);
        var content = new SortedSet<int>();
        var seen = new HashSet<string>();
        for (var step = 0; step < 20_000; step++)
        {
            // Mostly near the border between what is placed and what is not, as in a search; now and then anywhere.
            var border = content.Count;
            var at = random.Next(10) == 0 ? random.Next(Completed) : Math.Clamp(border + random.Next(-4, 5), 0, Completed - 1);
            if (content.Remove(at)) placed.Remove(at);
            else if (content.Add(at)) placed.Add(at);
            _cache.Add(placed, "a").ShouldBe(seen.Add(string.Join(',', content)));
            placed.Window.Length.ShouldBeLessThanOrEqualTo(4);
        }

        seen.Count.ShouldBeInRange(1000, 19_999);
    }

    [Fact]
    public void Full_words_take_no_room()
    {
        var placed = Set(Enumerable.Range(0, 130), []);
        (placed.WindowBegin, placed.Window.Length).ShouldBe((2, 1));
        placed.Remove(5);
        (placed.WindowBegin, placed.Window.Length).ShouldBe((0, 3));
    }

    private static OperationSet Set(IEnumerable<int> completed, IEnumerable<int> lost)
    {
        var set = new OperationSet(Completed, Lost);
        foreach (var at in completed) set.Add(at);
        foreach (var at in lost) set.FlipLost(at);
        return set;
    }
}
