namespace ActorQuorum.StateMachines;

/// <summary>Reads a store back from a snapshot, and checks that it can be one. <see cref="KeyValueCapture"/> wrote it.</summary>
internal sealed class KeyValueRestore(KeyValueStore store) : IStateRestore
{
    private readonly List<KeyVersion> _superseding = [];
    private KeyIndex? _index;
    private long _revision;
    private long _compacted;

    /// <summary>What the head of a state says.</summary>
    /// <param name="Revision">The store's revision.</param>
    /// <param name="Compacted">The compacted one.</param>
    /// <param name="Live">How many keys are live.</param>
    public readonly record struct Head(long Revision, long Compacted, long Live);

    /// <summary>Reads the head of a state.</summary>
    public static Head ReadHead(ISnapshotSource source)
    {
        Span<byte> format = stackalloc byte[1];
        source.Read(format);
        if (format[0] != KeyValueCapture.Format)
        {
            throw source.Damaged($"the state has format {format[0]}, known is {KeyValueCapture.Format}: it may be of a newer version of ActorQuorum");
        }

        var head = new Head(source.ReadNumber(), source.ReadNumber() + CompactedRevision.None, source.ReadNumber());
        return head.Revision >= 1 && head.Compacted <= head.Revision && head.Live <= int.MaxValue
            ? head
            : throw source.Damaged($"revision {head.Revision}, compacted {head.Compacted} and {head.Live} keys do not fit together");
    }

    /// <inheritdoc/>
    public void Read(ISnapshotSource source)
    {
        var head = ReadHead(source);
        (_revision, _compacted) = (head.Revision, head.Compacted);
        var builder = new KeyIndexBuilder();
        byte[]? before = null;
        while (source.ReadNumber() is > 0 and var lengthAndOne)
        {
            var key = source.ReadBytes(lengthAndOne - 1, "a key");
            if (before is not null && key.AsSpan().SequenceCompareTo(before) <= 0)
            {
                throw source.Damaged("its keys are not in ascending order");
            }

            builder.Add(before = key, ReadVersions(source, key));
        }

        if (builder.Live != head.Live)
        {
            throw source.Damaged($"{builder.Live} keys are live, but {head.Live} are stated");
        }

        _index = new KeyIndex(builder.Build(), builder.Live, InOrderOfRevisions());
    }

    /// <inheritdoc/>
    public void Install() =>
        store.Become(_index ?? throw new InvalidOperationException("Nothing was read that could be installed."), _revision, _compacted);

    private KeyVersion ReadVersions(ISnapshotSource source, byte[] key)
    {
        KeyVersion? newest = null, newer = null;
        while (source.ReadNumber() is > 0 and var revision)
        {
            var version = ReadVersion(source, key, revision);
            if (revision > (newer?.ModRevision ?? _revision))
            {
                throw source.Damaged($"a version of revision {revision} lies below one of {newer?.ModRevision ?? _revision}");
            }

            // The past of the newer one is dropped once it is compacted; so is a tombstone's key, though nothing lies behind it any more.
            if (newer is not null)
            {
                newer.RestorePast(version);
                if (newer.IsLive)
                {
                    _superseding.Add(newer);
                }
            }

            if (!version.IsLive)
            {
                _superseding.Add(version);
            }

            newest ??= version;
            newer = version;
        }

        return newest ?? throw source.Damaged("a key has no version");
    }

    private static KeyVersion ReadVersion(ISnapshotSource source, byte[] key, long revision)
    {
        var (created, version) = (source.ReadNumber(), source.ReadNumber());
        var value = source.ReadBytes(source.ReadNumber(), "a value");
        var isTombstone = version == 0;
        if (isTombstone ? created != 0 || value.Length > 0 : created == 0 || created > revision)
        {
            throw source.Damaged($"a version of revision {revision} has create revision {created}, version {version} and {value.Length} bytes");
        }

        return KeyVersion.Restored(revision, created, version, isTombstone ? key : value);
    }

    private KeyVersion[] InOrderOfRevisions()
    {
        var versions = _superseding.ToArray();
        _superseding.Clear();
        Array.Sort(Array.ConvertAll(versions, version => version.ModRevision), versions);
        return versions;
    }
}
