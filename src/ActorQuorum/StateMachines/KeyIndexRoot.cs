namespace ActorQuorum.StateMachines;

/// <summary>A root of the key index: lookups, counts and scans. Frozen ones are readable from any thread.</summary>
/// <param name="Node">The root node.</param>
/// <param name="Live">How many keys are live.</param>
internal readonly record struct KeyIndexRoot(IndexNode Node, int Live)
{
    /// <summary>Finds a live key; false if it is not there, or deleted.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out IndexSlot found)
    {
        var node = Node;
        while (node is IndexBranch branch)
        {
            node = branch.Children[branch.Search(key)].Node;
        }

        var leaf = (IndexLeaf)node;
        var at = leaf.Search(key);
        found = at >= 0 ? leaf.Slots[at] : default;
        return at >= 0 && found.Newest.IsLive;
    }

    /// <summary>How many keys of <paramref name="interval"/> are live; takes one way down a bound, not a walk.</summary>
    public int Count(KeyInterval interval)
    {
        if (interval.IsSingle)
        {
            return TryFind(interval.Start.Span, out _) ? 1 : 0;
        }

        var end = interval.IsOpen ? Live : CountBelow(interval.RangeEnd.Span);
        return Math.Max(0, end - CountBelow(interval.Start.Span));
    }

    /// <summary>The live keys of <paramref name="interval"/> in ascending order.</summary>
    public LiveKeys Scan(KeyInterval interval) => new(this, interval);

    /// <summary>Every key that ever was, deleted ones too, in ascending order.</summary>
    public IEnumerable<IndexSlot> All()
    {
        var waiting = new Stack<IndexNode>([Node]);
        while (waiting.TryPop(out var node))
        {
            if (node is IndexBranch branch)
            {
                for (var i = branch.Count - 1; i >= 0; i--)
                {
                    waiting.Push(branch.Children[i].Node);
                }

                continue;
            }

            for (var i = 0; i < node.Count; i++)
            {
                yield return ((IndexLeaf)node).Slots[i];
            }
        }
    }

    private int CountBelow(ReadOnlySpan<byte> key)
    {
        var below = 0;
        var node = Node;
        while (node is IndexBranch branch)
        {
            var at = branch.Search(key);
            below += branch.CountLive(at);
            node = branch.Children[at].Node;
        }

        var leaf = (IndexLeaf)node;
        var slot = leaf.Search(key);
        return below + leaf.CountLive(slot >= 0 ? slot : ~slot);
    }
}
