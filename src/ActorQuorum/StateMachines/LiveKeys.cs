using System.Runtime.CompilerServices;

namespace ActorQuorum.StateMachines;

/// <summary>
/// A scan of the keys live at a revision, without allocation. Subtrees whose keys are all deleted are passed over, so a queue's worn-out
/// front costs nothing; a scan at an old revision has to look at every key.
/// </summary>
internal ref struct LiveKeys
{
    // Half-full nodes of 16: eight levels hold over four billion keys.
    private const int DepthLimit = 12;

    private readonly KeyInterval _interval;
    private readonly long _revision;
    private Path _path;
    private int _depth;
    private IndexLeaf _leaf;
    private int _slot;
    private KeyVersion? _found;

    /// <summary>Goes to where <paramref name="interval"/> begins.</summary>
    public LiveKeys(KeyIndexRoot root, KeyInterval interval, long revision)
    {
        _interval = interval;
        _revision = revision;
        var node = root.Node;
        while (node is IndexBranch branch)
        {
            var at = branch.Search(interval.Start.Span);
            _path[_depth++] = new Step(branch, at);
            node = branch.Children[at].Node;
        }

        _leaf = (IndexLeaf)node;
        var slot = _leaf.Search(interval.Start.Span);
        _slot = (slot >= 0 ? slot : ~slot) - 1;
    }

    /// <summary>The key that <see cref="MoveNext"/> came to, with its version at the scan's revision.</summary>
    public readonly IndexSlot Current => new(_leaf.Slots[_slot].Key, _found!);

    private readonly bool IsNewest => _revision == KeyIndexRoot.Newest;

    /// <summary>This scan, for foreach.</summary>
    public readonly LiveKeys GetEnumerator() => this;

    /// <summary>Goes to the next live key; false beyond the interval's end.</summary>
    public bool MoveNext()
    {
        do
        {
            if (++_slot == _leaf.Count && !NextLeaf())
            {
                _slot = _leaf.Count - 1;
                return false;
            }

            ref readonly var slot = ref _leaf.Slots[_slot];
            if (!IsNewest && IsBeyond(slot.Key))
            {
                return false;
            }

            _found = IsNewest ? slot.Newest : slot.Newest.At(_revision);
        }
        while (_found is not { IsLive: true });

        return !IsBeyond(_leaf.Slots[_slot].Key);
    }

    private readonly bool IsBeyond(byte[] key) =>
        _interval.IsSingle ? !key.AsSpan().SequenceEqual(_interval.Start.Span) : _interval.IsBeyond(key);

    private bool NextLeaf()
    {
        while (_depth > 0)
        {
            var step = _path[--_depth];
            if (FirstWanted(step.Branch, step.At + 1) is { } at)
            {
                Descend(step.Branch, at);
                return true;
            }
        }

        return false;
    }

    private void Descend(IndexBranch branch, int at)
    {
        _path[_depth++] = new Step(branch, at);
        var node = branch.Children[at].Node;
        while (node is IndexBranch inner)
        {
            // The subtree has a wanted key, so one of its children does.
            at = FirstWanted(inner, 0)!.Value;
            _path[_depth++] = new Step(inner, at);
            node = inner.Children[at].Node;
        }

        _leaf = (IndexLeaf)node;
        _slot = 0;
    }

    private readonly int? FirstWanted(IndexBranch branch, int from)
    {
        for (var i = from; i < branch.Count; i++)
        {
            if (!IsNewest || branch.Children[i].Live > 0)
            {
                return i;
            }
        }

        return null;
    }

    private readonly record struct Step(IndexBranch Branch, int At);

    [InlineArray(DepthLimit)]
    private struct Path
    {
        private Step _first;
    }
}
