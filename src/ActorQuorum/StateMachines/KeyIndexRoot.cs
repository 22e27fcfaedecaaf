namespace ActorQuorum.StateMachines;

/// <summary>A root of the key index: lookups, counts and scans. Frozen ones are readable from any thread.</summary>
/// <param name="Node">The root node.</param>
/// <param name="Live">How many keys are live.</param>
internal readonly record struct KeyIndexRoot(IndexNode Node, int Live)
{
    /// <summary>Stands for the newest revision.</summary>
    public const long Newest = long.MaxValue;

    /// <summary>Finds a live key; false if it is not there, or deleted.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out IndexSlot found) =>
        TryFindSlot(key, out found) && found.Newest.IsLive;

    /// <summary>Finds a key as it was at <paramref name="revision"/>; false if it was not there.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, long revision, out IndexSlot found)
    {
        var version = TryFindSlot(key, out found) ? found.Newest.At(revision) : null;
        if (version is not { IsLive: true })
        {
            return false;
        }

        found.Newest = version;
        return true;
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

    /// <summary>The keys of <paramref name="interval"/> that were live at <paramref name="revision"/>, in ascending order.</summary>
    public LiveKeys Scan(KeyInterval interval, long revision = Newest) => new(this, interval, revision);

    /// <summary>Every key that is left, deleted ones too, in ascending order.</summary>
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

    private bool TryFindSlot(ReadOnlySpan<byte> key, out IndexSlot found)
    {
        var node = Node;
        while (node is IndexBranch branch)
        {
            node = branch.Children[branch.Search(key)].Node;
        }

        var leaf = (IndexLeaf)node;
        var at = leaf.Search(key);
        found = at >= 0 ? leaf.Slots[at] : default;
        return at >= 0;
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
