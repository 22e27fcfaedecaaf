using System.Runtime.InteropServices;

namespace ActorQuorum.StateMachines;

/// <summary>Carries out writes that were checked, at a revision that the caller chose, and answers them.</summary>
internal static class KeyValueEdits
{
    // What a command carries beside its value: prefix, tags, lengths, flags. A longer array around a value is a frame or a segment that
    // must not live as long as the value does.
    private const int SharedSlackBytes = 512;

    /// <summary>Puts a key; null, and nothing is put, if the put needs something of a key that is not there.</summary>
    public static ReadOnlyMemory<byte>? Put(KeyIndex index, in PutFields fields, long revision)
    {
        var value = fields.Value;
        if (fields.NeedsPrevious)
        {
            if (!index.Current.TryFind(fields.Key.Span, out var kept))
            {
                return null;
            }

            value = fields.IgnoresValue ? kept.Newest.Value : value;
        }

        var previous = index.Put(fields.Key.Span, fields.IgnoresValue ? value : Retained(value), revision);
        return fields.WantsPrevious && previous is { IsLive: true }
            ? KeyValueAnswer.Put(new IndexSlot(fields.Key.ToArray(), previous))
            : ReadOnlyMemory<byte>.Empty;
    }

    /// <summary>Deletes a range; null, and nothing is deleted, if the answer would be too large.</summary>
    public static ReadOnlyMemory<byte>? DeleteRange(
        KeyIndex index, in DeleteRangeFields fields, long revision, long answerLimitBytes, out int deleted)
    {
        // Gathered first: a scan must not see the tree change.
        deleted = 0;
        List<IndexSlot> doomed = [];
        long sizeBytes = 0;
        foreach (var slot in index.Current.Scan(fields.Interval))
        {
            doomed.Add(slot);
            sizeBytes += fields.WantsPrevious ? KeyValueAnswer.SizeOf(slot, keysOnly: false) : 0;
            if (sizeBytes > answerLimitBytes)
            {
                return null;
            }
        }

        foreach (var slot in doomed)
        {
            index.Delete(slot.Key, revision);
        }

        deleted = doomed.Count;
        var previous = CollectionsMarshal.AsSpan(doomed);
        return deleted == 0
            ? ReadOnlyMemory<byte>.Empty
            : KeyValueAnswer.DeleteRange(deleted, fields.WantsPrevious ? previous : default, sizeBytes);
    }

    // The log holds the command as long as it can; the value is shared with it where that keeps little else alive.
    private static ReadOnlyMemory<byte> Retained(ReadOnlyMemory<byte> value)
    {
        if (value.IsEmpty)
        {
            return default;
        }

        var isShared = MemoryMarshal.TryGetArray(value, out var segment) && segment.Array!.Length - value.Length <= SharedSlackBytes;
        return isShared ? value : value.ToArray();
    }
}
