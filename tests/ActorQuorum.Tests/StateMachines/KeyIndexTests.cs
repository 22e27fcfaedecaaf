using ActorQuorum.StateMachines;
using FsCheck;
using FsCheck.Fluent;

namespace ActorQuorum.Tests.StateMachines;

public sealed class KeyIndexTests
{
    private enum Act
    {
        Put,
        Delete,
        Freeze,
        Drop,
    }

    [Fact]
    public void Frozen_roots_stay_as_they_were_while_edits_go_on()
    {
        var act = Gen.Frequency(
            (40, Gen.Constant(Act.Put)), (30, Gen.Constant(Act.Delete)), (2, Gen.Constant(Act.Freeze)), (1, Gen.Constant(Act.Drop)));
        var script = Gen.ArrayOf(from kind in act from key in Keys.Many select (kind, key), 2500);
        Prop.ForAll(script.ToArbitrary(), Replay).Check(Config.QuickThrowOnFailure.WithMaxTest(20));
    }

    [Theory]
    [InlineData("ascending")]
    [InlineData("descending")]
    [InlineData("outside in")]
    public void Keys_in_any_order_of_arrival_come_out_in_order(string order)
    {
        const int Count = 20_000;
        var index = new KeyIndex();
        for (var i = 0; i < Count; i++)
        {
            var number = order == "ascending" ? i : order == "descending" ? Count - i : i % 2 == 0 ? i : (2 * Count) - i;
            index.Put(Number(number), default, revision: i + 2);
        }

        var keys = Scan(index.Freeze(), [0], [0]);
        keys.Count.ShouldBe(Count);
        keys.ShouldBe(keys.Order(Keys.Order));
    }

    [Fact]
    public void Ascending_keys_fill_their_leaves()
    {
        var index = new KeyIndex();
        for (var i = 0; i < IndexNode.Capacity * IndexNode.Capacity; i++)
        {
            index.Put(Number(i), default, revision: i + 2);
        }

        var root = index.Current.Node.ShouldBeOfType<IndexBranch>();
        root.Count.ShouldBe(IndexNode.Capacity);
        foreach (var child in root.Children.ToArray())
        {
            child.Node.Count.ShouldBe(IndexNode.Capacity);
        }
    }

    [Fact]
    public void Descending_keys_leave_no_leaf_under_half_full()
    {
        var index = new KeyIndex();
        for (var i = 5000; i > 0; i--)
        {
            index.Put(Number(i), default, revision: 5002 - i);
        }

        Leaves(index.Current.Node).ShouldAllBe(leaf => leaf.Count >= IndexNode.Capacity / 2);
    }

    [Fact]
    public void Keys_that_come_one_before_the_other_behind_a_full_leaf_leave_no_trail_of_leaves_with_one_key()
    {
        var index = new KeyIndex();
        for (var i = 0; i < IndexNode.Capacity; i++)
        {
            index.Put(Number(i), default, revision: i + 2);
        }

        for (var i = 5000; i > IndexNode.Capacity; i--)
        {
            index.Put(Number(i), default, revision: 6000 - i);
        }

        // The tree's last leaf alone may be nearly empty.
        Leaves(index.Current.Node).SkipLast(1).ShouldAllBe(leaf => leaf.Count >= IndexNode.Capacity / 2);
    }

    [Fact]
    public void A_batch_between_two_freezes_copies_a_node_once()
    {
        var index = new KeyIndex();
        index.Put(Number(1), default, revision: 2);
        var frozen = index.Freeze().Node;

        index.Put(Number(1), default, revision: 3);
        var copied = index.Current.Node;
        index.Put(Number(2), default, revision: 4);

        copied.ShouldNotBeSameAs(frozen);
        index.Current.Node.ShouldBeSameAs(copied);
        frozen.Count.ShouldBe(1);
    }

    [Fact]
    public void A_scan_passes_over_deleted_stretches_and_finds_what_is_left()
    {
        var index = new KeyIndex();
        for (var i = 0; i < 10_000; i++)
        {
            index.Put(Number(i), default, revision: i + 2);
        }

        for (var i = 0; i < 10_000; i++)
        {
            if (i != 7777)
            {
                index.Delete(Number(i), revision: 20_000);
            }
        }

        Scan(index.Freeze(), [0], [0]).ShouldHaveSingleItem().ShouldBe(Number(7777));
        index.Current.Count(Keys.Interval(Number(0), Number(7777))).ShouldBe(0);
        index.Current.Count(Keys.Interval(Number(7777), [0])).ShouldBe(1);
    }

    [Fact]
    public void A_store_whose_keys_go_shrinks_to_one_leaf()
    {
        var index = new KeyIndex();
        foreach (var round in Enumerable.Range(0, 3))
        {
            for (var i = 0; i < 5000; i++)
            {
                index.Put(Number(i * 7919 % 5000), default, revision: (round * 10_000) + i + 2);
            }

            for (var i = 0; i < 5000; i++)
            {
                index.Delete(Number(i * 6007 % 5000), revision: (round * 10_000) + 5000 + i + 2);
            }

            index.Drop(compacted: (round + 1) * 10_000L + 2, int.MaxValue).ShouldBe(5000);
            index.Current.Node.ShouldBeOfType<IndexLeaf>().Count.ShouldBe(0);
        }
    }

    [Fact]
    public void Scattered_keys_that_are_left_share_their_leaves()
    {
        var index = new KeyIndex();
        for (var i = 0; i < 20_000; i++)
        {
            index.Put(Number(i), default, revision: i + 2);
        }

        for (var i = 0; i < 20_000; i++)
        {
            if (i % 50 != 0)
            {
                index.Delete(Number(i), revision: 30_000);
            }
        }

        index.Drop(compacted: 30_001, int.MaxValue);
        var keys = Scan(index.Freeze(), [0], [0]);
        keys.ShouldBe(Enumerable.Range(0, 400).Select(i => Number(i * 50)));
        Leaves(index.Current.Node).Count().ShouldBeLessThanOrEqualTo(400 / (IndexNode.Capacity / 8));
        index.Current.Count(Keys.Interval(Number(50), Number(20_000))).ShouldBe(399);

        for (var i = 0; i < 20_000; i++)
        {
            index.Put(Number(i), default, revision: 40_000 + i);
        }

        Scan(index.Freeze(), [0], [0]).Count.ShouldBe(20_000);
    }

    [Fact]
    public void A_deep_tree_that_grows_and_shrinks_again_and_again_finds_every_key()
    {
        var random = new Random(7);
        var index = new KeyIndex();
        var model = new SortedDictionary<byte[], long>(Keys.Order);
        var revision = 1L;
        for (var round = 0; round < 8; round++)
        {
            for (var i = 0; i < 20_000; i++)
            {
                var key = Number(random.Next(1 << 20));
                index.Put(key, default, ++revision);
                model[key] = revision;
            }

            // Whole stretches, so that nodes of every level lose their first child, and most of the rest.
            var from = random.Next(1 << 20);
            foreach (var key in model.Keys.Where(key => random.Next(50) > 0 && (Place(key) - from) % (1 << 18) < (1 << 17) * 1.9).ToArray())
            {
                index.Delete(key, ++revision);
                model.Remove(key);
            }

            index.Drop(revision + 1, int.MaxValue);
            Scan(index.Freeze(), [0], [0]).ShouldBe(model.Keys);
            model.Keys.Count(key => index.Current.TryFind(key, out IndexSlot _)).ShouldBe(model.Count);
        }

        static int Place(byte[] key) => (key[0] << 16) + (key[1] << 8) + key[2];
    }

    [Fact]
    public void No_more_is_dropped_than_the_limit_and_the_rest_later()
    {
        var index = new KeyIndex();
        for (var i = 0; i < 5000; i++)
        {
            index.Put([1], default, revision: i + 2);
        }

        index.Drop(compacted: 4002, limit: 3000).ShouldBe(3000);
        index.Drop(compacted: 4002, limit: 3000).ShouldBe(999, "the put of 4002 may still be needed to tell what was there before");
        index.Drop(compacted: 4002, limit: 3000).ShouldBe(0);
    }

    private static void Replay((Act Kind, byte[] Key)[] script)
    {
        var index = new KeyIndex();
        var model = new SortedDictionary<byte[], long>(Keys.Order);
        var frozen = new List<(KeyIndexRoot Root, (byte[], long)[] Content)>();
        var revision = 1L;
        foreach (var (kind, key) in script)
        {
            revision++;
            switch (kind)
            {
                case Act.Put:
                    var before = index.Put(key, default, revision);
                    (before is { IsLive: true } ? before.ModRevision : 0).ShouldBe(model.GetValueOrDefault(key));
                    model[key] = revision;
                    break;
                case Act.Delete when model.Remove(key):
                    index.Delete(key, revision);
                    break;
                case Act.Drop:
                    index.Drop(revision, int.MaxValue);
                    index.Current.All().Select(slot => slot.Key).ShouldBe(model.Keys, "no trace of a deleted key is left");
                    index.Current.All().ShouldAllBe(slot => slot.Newest.Older == null);
                    break;
                case Act.Freeze:
                    frozen.Add((index.Freeze(), model.Select(pair => (pair.Key, pair.Value)).ToArray()));
                    break;
                default:
                    break;
            }
        }

        frozen.Add((index.Freeze(), model.Select(pair => (pair.Key, pair.Value)).ToArray()));
        foreach (var (root, content) in frozen)
        {
            Compare(root, content);
        }
    }

    private static void Compare(KeyIndexRoot root, (byte[] Key, long Revision)[] content)
    {
        root.Live.ShouldBe(content.Length);
        var at = 0;
        foreach (var slot in root.Scan(Keys.Interval([0], [0])))
        {
            slot.Key.ShouldBe(content[at].Key);
            slot.Newest.ModRevision.ShouldBe(content[at].Revision);
            at++;
        }

        at.ShouldBe(content.Length);
        for (var high = 0; high < 256; high += 37)
        {
            byte[] start = [(byte)high, 16];
            byte[] end = [(byte)(high + 20)];
            var expected = content.Count(pair => Keys.IsIn(pair.Key, start, end));
            root.Count(Keys.Interval(start, end)).ShouldBe(expected);
            Scan(root, start, end).Count.ShouldBe(expected);
            root.TryFind(start, out var found).ShouldBe(content.Any(pair => pair.Key.SequenceEqual(start)));
        }
    }

    private static List<byte[]> Scan(KeyIndexRoot root, byte[] start, byte[] rangeEnd)
    {
        var keys = new List<byte[]>();
        foreach (var slot in root.Scan(Keys.Interval(start, rangeEnd)))
        {
            keys.Add(slot.Key);
        }

        return keys;
    }

    private static IEnumerable<IndexNode> Leaves(IndexNode node) =>
        node is IndexBranch branch ? branch.Children.ToArray().SelectMany(child => Leaves(child.Node)) : [node];

    private static byte[] Number(int number) => [(byte)(number >> 16), (byte)(number >> 8), (byte)number];
}
