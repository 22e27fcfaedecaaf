namespace ActorQuorum.StateMachines;

/// <summary>
/// The editor of the key index: a B+tree whose frozen roots stay as they are. Nodes made since the last freeze are changed in place, older
/// ones are copied on the path to the change: a batch of writes between two freezes copies each touched node once. One thread edits.
/// </summary>
internal sealed class KeyIndex
{
    private readonly SupersededVersions _superseded = new();
    private IndexNode _root = new IndexLeaf(edition: 0);
    private long _edition;
    private int _live;

    /// <summary>An index without a key.</summary>
    public KeyIndex()
    {
    }

    /// <summary>An index as <see cref="KeyIndexBuilder"/> made it.</summary>
    /// <param name="root">The root, which nobody else holds.</param>
    /// <param name="live">How many keys are live.</param>
    /// <param name="superseding">The versions that took another's place, and every tombstone, in the order of revisions.</param>
    public KeyIndex(IndexNode root, int live, IEnumerable<KeyVersion> superseding)
    {
        (_root, _live) = (root, live);
        foreach (var version in superseding)
        {
            _superseded.Add(version);
        }
    }

    /// <summary>How many versions ever took another's place.</summary>
    public long Superseded { get; private set; }

    /// <summary>The index as it stands. It changes with the next edit; <see cref="Freeze"/> gives one that does not.</summary>
    public KeyIndexRoot Current => new(_root, _live);

    /// <summary>The index as it stands, for ever: edits from now on copy what they touch.</summary>
    public KeyIndexRoot Freeze()
    {
        _edition++;
        return Current;
    }

    /// <summary>Forgets every edit since <paramref name="frozen"/> was given by <see cref="Freeze"/>, at <paramref name="revision"/>.</summary>
    public void Revert(KeyIndexRoot frozen, long revision)
    {
        (_root, _live) = (frozen.Node, frozen.Live);
        _superseded.DropAbove(revision);
    }

    /// <summary>Makes a key's next version.</summary>
    /// <returns>The version before it: null if the key never was.</returns>
    public KeyVersion? Put(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value, long revision) =>
        Apply(new Edit(key, value, revision, isDelete: false));

    /// <summary>Leaves a tombstone at a live key.</summary>
    public void Delete(ReadOnlySpan<byte> key, long revision) => Apply(new Edit(key, default, revision, isDelete: true));

    /// <summary>
    /// Drops what no read at <paramref name="compacted"/> or above can see, at most <paramref name="limit"/> times: a version's past, and with
    /// it the key if the version is a tombstone.
    /// </summary>
    /// <returns>How often: below the limit nothing is left to drop.</returns>
    public long Drop(long compacted, long limit)
    {
        var dropped = 0L;
        while (dropped < limit && _superseded.TakeBelow(compacted) is { } version)
        {
            version.Forget();
            if (!version.IsLive)
            {
                _root = KeyRemoval.Remove(_root, version, _edition);
            }

            dropped++;
        }

        return dropped;
    }

    private KeyVersion? Apply(Edit edit)
    {
        var root = Write(_root, ref edit, isRightmost: true);
        if (edit.Previous is not null)
        {
            _superseded.Add(edit.Made!);
            Superseded++;
        }

        _live += edit.LiveDelta;
        if (edit.Right is { } right)
        {
            var top = new IndexBranch(_edition);
            top.Insert(0, new IndexChild([], root, _live - right.Live));
            top.Insert(1, right);
            root = top;
        }

        _root = root;
        return edit.Previous;
    }

    private IndexNode Write(IndexNode node, ref Edit edit, bool isRightmost) =>
        node is IndexBranch branch ? WriteBranch(branch, ref edit, isRightmost) : WriteLeaf((IndexLeaf)node, ref edit, isRightmost);

    private IndexLeaf WriteLeaf(IndexLeaf leaf, ref Edit edit, bool isRightmost)
    {
        var own = leaf.Edition == _edition ? leaf : leaf.Copy(_edition);
        var at = own.Search(edit.Key);
        if (at >= 0)
        {
            ref var slot = ref own.Slots[at];
            slot.Newest = edit.Next(slot.Key, slot.Newest);
            return own;
        }

        at = ~at;
        var ownKey = edit.Key.ToArray();
        var inserted = new IndexSlot(ownKey, edit.Next(ownKey, null));
        if (own.Count < IndexNode.Capacity)
        {
            own.Insert(at, inserted);
            return own;
        }

        var cut = CutOf(at, isRightmost);
        var right = own.SplitOff(cut);
        if (at > cut || cut == IndexNode.Capacity)
        {
            right.Insert(at - cut, inserted);
        }
        else
        {
            own.Insert(at, inserted);
        }

        edit.Right = new IndexChild(right.Slots[0].Key, right, right.Live);
        return own;
    }

    private IndexBranch WriteBranch(IndexBranch branch, ref Edit edit, bool isRightmost)
    {
        var own = branch.Edition == _edition ? branch : branch.Copy(_edition);
        var at = own.Search(edit.Key);
        ref var child = ref own.Children[at];
        child.Node = Write(child.Node, ref edit, isRightmost && at == own.Count - 1);
        child.Live += edit.LiveDelta;
        if (edit.Right is not { } sibling)
        {
            return own;
        }

        child.Live -= sibling.Live;
        edit.Right = null;
        at++;
        if (own.Count < IndexNode.Capacity)
        {
            own.Insert(at, sibling);
            return own;
        }

        var cut = CutOf(at, isRightmost);
        var right = own.SplitOff(cut);
        if (at > cut || cut == IndexNode.Capacity)
        {
            right.Insert(at - cut, sibling);
        }
        else
        {
            own.Insert(at, sibling);
        }

        edit.Right = new IndexChild(right.Children[0].LowKey, right, right.CountLive(right.Count));
        return own;
    }

    // Keys that come in ascending order fill the nodes they leave behind. Only at the tree's right edge: anywhere else
    // a cut at the end could be repeated, and would leave a trail of nodes with one key each.
    private static int CutOf(int at, bool isRightmost) =>
        isRightmost && at == IndexNode.Capacity ? IndexNode.Capacity : IndexNode.Capacity / 2;

    /// <summary>One edit on its way down the tree, and what it brings back up.</summary>
    private ref struct Edit(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value, long revision, bool isDelete)
    {
        private readonly ReadOnlyMemory<byte> _value = value;
        private readonly long _revision = revision;
        private readonly bool _isDelete = isDelete;

        public ReadOnlySpan<byte> Key { get; } = key;

        public KeyVersion? Previous { get; private set; }

        public KeyVersion? Made { get; private set; }

        public int LiveDelta { get; private set; }

        /// <summary>The right half of a node that was split on the way.</summary>
        public IndexChild? Right { get; set; }

        public KeyVersion Next(byte[] ownKey, KeyVersion? older)
        {
            Previous = older;
            if (_isDelete)
            {
                LiveDelta = older is { IsLive: true } ? -1 : throw new InvalidOperationException("Only a live key is deleted.");
                return Made = KeyVersion.Tombstone(ownKey, older, _revision);
            }

            LiveDelta = older is { IsLive: true } ? 0 : 1;
            return Made = KeyVersion.Put(older, _revision, _value);
        }
    }
}
