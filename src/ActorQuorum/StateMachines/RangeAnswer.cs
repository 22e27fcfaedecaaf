using System.Runtime.InteropServices;

namespace ActorQuorum.StateMachines;

/// <summary>
/// Answers ranges, at the newest revision or an older one. What comes in the order of the index is written as it is scanned; what is
/// sorted, or bounded by revisions, is gathered first.
/// </summary>
internal static class RangeAnswer
{
    /// <summary>The answer; null if it would be too large.</summary>
    /// <param name="root">The keys.</param>
    /// <param name="fields">The request.</param>
    /// <param name="revision">Where to read: the request's revision, or <see cref="KeyIndexRoot.Newest"/>.</param>
    /// <param name="sizeLimitBytes">The largest answer.</param>
    public static ReadOnlyMemory<byte>? Of(KeyIndexRoot root, in RangeFields fields, long revision, long sizeLimitBytes)
    {
        if (revision != KeyIndexRoot.Newest || !fields.IsInKeyOrder)
        {
            return Gathered(root, fields, revision, sizeLimitBytes);
        }

        if (fields.Interval.IsSingle && !fields.CountOnly)
        {
            var isFound = root.TryFind(fields.Interval.Start.Span, out var found);
            return isFound ? KeyValueAnswer.Range(found, fields.KeysOnly) : ReadOnlyMemory<byte>.Empty;
        }

        var count = root.Count(fields.Interval);
        var taken = fields.CountOnly ? 0 : fields.Limit > 0 ? (int)Math.Min(fields.Limit, count) : count;
        return KeyValueAnswer.Range(root, fields, taken, count, sizeLimitBytes);
    }

    private static ReadOnlyMemory<byte>? Gathered(KeyIndexRoot root, in RangeFields fields, long revision, long sizeLimitBytes)
    {
        var found = new List<IndexSlot>();
        var count = Gather(root, fields, revision, found);
        if (fields.HasRevisionBounds)
        {
            var request = fields;
            found.RemoveAll(slot => IsOutOfBounds(slot.Newest, request));
        }

        // As in etcd: a target alone means ascending.
        if (fields.SortTarget != SortTarget.Key || fields.SortOrder == SortOrder.Descending)
        {
            found.Sort(new SlotOrder(fields.SortTarget, fields.SortOrder == SortOrder.Descending));
        }

        var isMore = fields.Limit > 0 && found.Count > fields.Limit;
        var taken = CollectionsMarshal.AsSpan(found)[..(isMore ? (int)fields.Limit : found.Count)];
        return KeyValueAnswer.Range(taken, fields.KeysOnly, isMore, count, sizeLimitBytes);
    }

    private static int Gather(KeyIndexRoot root, in RangeFields fields, long revision, List<IndexSlot> found)
    {
        // As in etcd: without an order or bounds the limit comes before the sorting, which then sees one key more than it says.
        var isLimitedFirst = fields.Limit > 0 && fields.SortOrder == SortOrder.None && !fields.HasRevisionBounds;
        var most = fields.CountOnly ? 0 : isLimitedFirst ? Math.Min(fields.Limit, int.MaxValue - 1) + 1 : int.MaxValue;
        if (fields.Interval.IsSingle)
        {
            var isFound = root.TryFind(fields.Interval.Start.Span, revision, out var slot);
            if (isFound && most > 0)
            {
                found.Add(slot);
            }

            return isFound ? 1 : 0;
        }

        var count = 0;
        foreach (var slot in root.Scan(fields.Interval, revision))
        {
            count++;
            if (found.Count < most)
            {
                found.Add(slot);
            }
        }

        return count;
    }

    private static bool IsOutOfBounds(KeyVersion version, in RangeFields fields) =>
        (fields.MaxModRevision != 0 && version.ModRevision > fields.MaxModRevision)
        || (fields.MinModRevision != 0 && version.ModRevision < fields.MinModRevision)
        || (fields.MaxCreateRevision != 0 && version.CreateRevision > fields.MaxCreateRevision)
        || (fields.MinCreateRevision != 0 && version.CreateRevision < fields.MinCreateRevision);

    // Equals stand by key in both directions, so that every node gives the same order.
    private sealed class SlotOrder(SortTarget target, bool isDescending) : IComparer<IndexSlot>
    {
        public int Compare(IndexSlot left, IndexSlot right)
        {
            var order = target switch
            {
                SortTarget.Version => left.Newest.Version.CompareTo(right.Newest.Version),
                SortTarget.Create => left.Newest.CreateRevision.CompareTo(right.Newest.CreateRevision),
                SortTarget.Mod => left.Newest.ModRevision.CompareTo(right.Newest.ModRevision),
                SortTarget.Value => left.Newest.Value.Span.SequenceCompareTo(right.Newest.Value.Span),
                _ => left.Key.AsSpan().SequenceCompareTo(right.Key),
            };
            return order == 0 ? left.Key.AsSpan().SequenceCompareTo(right.Key) : isDescending ? -order : order;
        }
    }
}
