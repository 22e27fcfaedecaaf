namespace ActorQuorum.StateMachines;

/// <summary>
/// Takes keys whose last trace is compacted out of the index. Empty nodes go, and a node that is nearly empty is joined with its neighbour,
/// so that keys that come and go leave no tree of holes. As with every edit, nodes of older editions are copied.
/// </summary>
internal static class KeyRemoval
{
    // Far enough below half and full that a joined node is not split again by the next few puts.
    private const int SparseBelow = IndexNode.Capacity / 4;
    private const int JoinedLimit = IndexNode.Capacity * 3 / 4;

    /// <summary>Takes a tombstone's key out, unless the key lives again.</summary>
    /// <returns>The root from now on.</returns>
    public static IndexNode Remove(IndexNode root, KeyVersion tombstone, long edition)
    {
        if (!IsNewest(root, tombstone))
        {
            return root;
        }

        root = Without(root, tombstone.DeletedKey.Span, edition);
        while (root is IndexBranch { Count: 1 } branch)
        {
            root = branch.Children[0].Node;
        }

        return root;
    }

    private static bool IsNewest(IndexNode node, KeyVersion tombstone)
    {
        var key = tombstone.DeletedKey.Span;
        while (node is IndexBranch branch)
        {
            node = branch.Children[branch.Search(key)].Node;
        }

        var leaf = (IndexLeaf)node;
        var at = leaf.Search(key);
        return at >= 0 && ReferenceEquals(leaf.Slots[at].Newest, tombstone);
    }

    private static IndexNode Without(IndexNode node, ReadOnlySpan<byte> key, long edition)
    {
        if (node is IndexLeaf leaf)
        {
            var own = leaf.Edition == edition ? leaf : leaf.Copy(edition);
            own.RemoveAt(own.Search(key));
            return own;
        }

        var branch = (IndexBranch)node;
        var ownBranch = branch.Edition == edition ? branch : branch.Copy(edition);
        var at = ownBranch.Search(key);
        ref var child = ref ownBranch.Children[at];
        child.Node = Without(child.Node, key, edition);
        if (child.Node.Count == 0)
        {
            ownBranch.RemoveAt(at);
        }
        else if (child.Node.Count < SparseBelow && (at == 0 || !TryJoin(ownBranch, at - 1, edition)) && at + 1 < ownBranch.Count)
        {
            TryJoin(ownBranch, at, edition);
        }

        return ownBranch;
    }

    // The child at a place takes in its right neighbour, if both fit well into one.
    private static bool TryJoin(IndexBranch branch, int at, long edition)
    {
        ref var left = ref branch.Children[at];
        var right = branch.Children[at + 1];
        if (left.Node.Count + right.Node.Count > JoinedLimit)
        {
            return false;
        }

        if (left.Node is IndexLeaf leaf)
        {
            var own = leaf.Edition == edition ? leaf : leaf.Copy(edition);
            own.Append((IndexLeaf)right.Node);
            left.Node = own;
        }
        else
        {
            var inner = (IndexBranch)left.Node;
            var own = inner.Edition == edition ? inner : inner.Copy(edition);
            own.Append((IndexBranch)right.Node, right.LowKey);
            left.Node = own;
        }

        left.Live += right.Live;
        branch.RemoveAt(at + 1);
        return true;
    }
}
