using ActorQuorum.StateMachines;

namespace ActorQuorum.Tests.StateMachines;

public sealed class SupersededVersionsTests
{
    private readonly SupersededVersions _versions = new();

    [Fact]
    public void Versions_come_out_oldest_first_and_only_below_the_revision_asked_for()
    {
        Add(1, 5000);
        Take(below: 2501).ShouldBe(Enumerable.Range(1, 2500).Select(revision => (long)revision));
        Add(5001, 6000);
        Take(below: 2501).ShouldBeEmpty();
        Take(below: long.MaxValue).ShouldBe(Enumerable.Range(2501, 3500).Select(revision => (long)revision));
        Add(6001, 6001);
        Take(below: long.MaxValue).ShouldBe([6001L]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(2048)]
    public void What_was_undone_is_forgotten(int kept)
    {
        Add(1, 3000);
        _versions.DropAbove(kept);
        Add(kept + 1, kept + 10);
        Take(below: long.MaxValue).ShouldBe(Enumerable.Range(1, kept + 10).Select(revision => (long)revision));
        _versions.DropAbove(0);
        Add(9000, 9000);
        Take(below: long.MaxValue).ShouldBe([9000L]);
    }

    [Fact]
    public void All_may_be_undone_after_some_were_taken()
    {
        Add(1, 1500);
        Take(below: 1200).Count.ShouldBe(1199);
        _versions.DropAbove(0);
        Take(below: long.MaxValue).ShouldBeEmpty();
        Add(7, 8);
        Take(below: long.MaxValue).ShouldBe([7L, 8L]);
    }

    private void Add(int first, int last)
    {
        for (var revision = first; revision <= last; revision++)
        {
            _versions.Add(KeyVersion.Put(null, revision, default));
        }
    }

    private List<long> Take(long below)
    {
        var taken = new List<long>();
        while (_versions.TakeBelow(below) is { } version)
        {
            taken.Add(version.ModRevision);
        }

        return taken;
    }
}
