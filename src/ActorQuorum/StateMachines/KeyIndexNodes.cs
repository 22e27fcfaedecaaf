using System.Runtime.CompilerServices;

namespace ActorQuorum.StateMachines;

/// <summary>
/// A node of the key index. Only the editor of its own edition changes it; a node of an older edition is frozen, for some view may hold it.
/// </summary>
internal abstract class IndexNode(long edition)
{
    /// <summary>The most slots of a leaf and the most children of a branch.</summary>
    public const int Capacity = 32;

    /// <summary>The edition of the index in which the node was made.</summary>
    public long Edition { get; } = edition;

    /// <summary>How many slots or children are used.</summary>
    public int Count { get; set; }
}

/// <summary>A key and its newest version.</summary>
/// <param name="Key">The key, never changed.</param>
/// <param name="Newest">The newest version: live or a tombstone.</param>
internal record struct IndexSlot(byte[] Key, KeyVersion Newest);

/// <summary>Room for a leaf's slots inside the leaf: one object a leaf instead of two.</summary>
[InlineArray(IndexNode.Capacity)]
internal struct IndexSlots
{
    private IndexSlot _first;
}

/// <summary>Room for a branch's children inside the branch.</summary>
[InlineArray(IndexNode.Capacity)]
internal struct IndexChildren
{
    private IndexChild _first;
}

/// <summary>A subtree and what its branch knows of it.</summary>
/// <param name="LowKey">No key of the subtree lies below; unused for a branch's first child.</param>
/// <param name="Node">The subtree.</param>
/// <param name="Live">How many keys of the subtree are live: ranges are counted, and dead stretches skipped, without a walk.</param>
internal record struct IndexChild(byte[] LowKey, IndexNode Node, int Live);

/// <summary>A leaf: keys in ascending order.</summary>
internal sealed class IndexLeaf(long edition) : IndexNode(edition)
{
    private IndexSlots _slots;

    /// <summary>The used slots.</summary>
    public Span<IndexSlot> Slots => ((Span<IndexSlot>)_slots)[..Count];

    /// <summary>How many keys are live.</summary>
    public int Live => CountLive(Count);

    /// <summary>A copy that <paramref name="edition"/> may change.</summary>
    public IndexLeaf Copy(long edition) => new(edition) { Count = Count, _slots = _slots };

    /// <summary>The slot of <paramref name="key"/>, or the complement of where it belongs.</summary>
    public int Search(ReadOnlySpan<byte> key)
    {
        var slots = Slots;
        var low = 0;
        var high = slots.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = slots[middle].Key.AsSpan().SequenceCompareTo(key);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }

    /// <summary>Counts the live keys in the first <paramref name="slots"/> slots.</summary>
    public int CountLive(int slots)
    {
        var live = 0;
        foreach (ref readonly var slot in Slots[..slots])
        {
            live += slot.Newest.IsLive ? 1 : 0;
        }

        return live;
    }

    /// <summary>Puts a slot in; there must be room.</summary>
    public void Insert(int at, IndexSlot slot)
    {
        Count++;
        var slots = Slots;
        slots[at..^1].CopyTo(slots[(at + 1)..]);
        slots[at] = slot;
    }

    /// <summary>Takes a slot out.</summary>
    public void RemoveAt(int at)
    {
        var slots = Slots;
        slots[(at + 1)..].CopyTo(slots[at..]);
        slots[^1] = default;
        Count--;
    }

    /// <summary>Adds the slots of the leaf to the right; there must be room.</summary>
    public void Append(IndexLeaf right)
    {
        var at = Count;
        Count += right.Count;
        right.Slots.CopyTo(Slots[at..]);
    }

    /// <summary>Moves the slots from <paramref name="from"/> on into a new leaf.</summary>
    public IndexLeaf SplitOff(int from)
    {
        var right = new IndexLeaf(Edition) { Count = Count - from };
        var moved = Slots[from..];
        moved.CopyTo(right.Slots);
        moved.Clear();
        Count = from;
        return right;
    }
}

/// <summary>A branch: subtrees in ascending order.</summary>
internal sealed class IndexBranch(long edition) : IndexNode(edition)
{
    private IndexChildren _children;

    /// <summary>The used children.</summary>
    public Span<IndexChild> Children => ((Span<IndexChild>)_children)[..Count];

    /// <summary>A copy that <paramref name="edition"/> may change.</summary>
    public IndexBranch Copy(long edition) => new(edition) { Count = Count, _children = _children };

    /// <summary>Which child holds <paramref name="key"/>, if any does.</summary>
    public int Search(ReadOnlySpan<byte> key)
    {
        var children = Children;
        var low = 1;
        var high = children.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (children[middle].LowKey.AsSpan().SequenceCompareTo(key) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    /// <summary>Counts the live keys in the first <paramref name="children"/> children.</summary>
    public int CountLive(int children)
    {
        var live = 0;
        foreach (ref readonly var child in Children[..children])
        {
            live += child.Live;
        }

        return live;
    }

    /// <summary>Puts a child in; there must be room.</summary>
    public void Insert(int at, IndexChild child)
    {
        Count++;
        var children = Children;
        children[at..^1].CopyTo(children[(at + 1)..]);
        children[at] = child;
    }

    /// <summary>Takes a child out.</summary>
    public void RemoveAt(int at)
    {
        var children = Children;
        children[(at + 1)..].CopyTo(children[at..]);
        children[^1] = default;
        Count--;
    }

    /// <summary>Adds the children of the branch to the right, whose keys begin at <paramref name="lowKey"/>; there must be room.</summary>
    public void Append(IndexBranch right, byte[] lowKey)
    {
        var at = Count;
        Count += right.Count;
        right.Children.CopyTo(Children[at..]);

        // A branch's first child has no low key of its own.
        Children[at].LowKey = lowKey;
    }

    /// <summary>Moves the children from <paramref name="from"/> on into a new branch.</summary>
    public IndexBranch SplitOff(int from)
    {
        var right = new IndexBranch(Edition) { Count = Count - from };
        var moved = Children[from..];
        moved.CopyTo(right.Children);
        moved.Clear();
        Count = from;
        return right;
    }
}
