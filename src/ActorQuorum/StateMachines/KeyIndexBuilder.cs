namespace ActorQuorum.StateMachines;

/// <summary>Builds a key index from keys in ascending order: full leaves first, then the branches over them.</summary>
internal sealed class KeyIndexBuilder
{
    private readonly List<IndexChild> _leaves = [];
    private IndexLeaf _leaf = new(edition: 0);

    /// <summary>How many keys are live.</summary>
    public int Live { get; private set; }

    /// <summary>Adds a key that lies above all before.</summary>
    public void Add(byte[] key, KeyVersion newest)
    {
        if (_leaf.Count == IndexNode.Capacity)
        {
            CloseLeaf();
        }

        _leaf.Insert(_leaf.Count, new IndexSlot(key, newest));
        Live += newest.IsLive ? 1 : 0;
    }

    /// <summary>The root over all that was added; nothing may be added any more.</summary>
    public IndexNode Build()
    {
        CloseLeaf();
        var level = _leaves;
        while (level.Count > 1)
        {
            level = Over(level);
        }

        return level[0].Node;
    }

    private static List<IndexChild> Over(List<IndexChild> nodes)
    {
        var branches = new List<IndexChild>((nodes.Count / IndexNode.Capacity) + 1);
        for (var from = 0; from < nodes.Count; from += IndexNode.Capacity)
        {
            var branch = new IndexBranch(edition: 0);
            for (var i = from; i < Math.Min(from + IndexNode.Capacity, nodes.Count); i++)
            {
                branch.Insert(branch.Count, nodes[i]);
            }

            branches.Add(new IndexChild(nodes[from].LowKey, branch, branch.CountLive(branch.Count)));
        }

        return branches;
    }

    private void CloseLeaf()
    {
        _leaves.Add(new IndexChild(_leaf.Count == 0 ? [] : _leaf.Slots[0].Key, _leaf, _leaf.Live));
        _leaf = new IndexLeaf(edition: 0);
    }
}
