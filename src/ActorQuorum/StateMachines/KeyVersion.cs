namespace ActorQuorum.StateMachines;

/// <summary>
/// What one revision made of a key. Each version points to the one before it, so a key's history is a chain from new to old. A version never
/// changes; only its past is cut off once it is compacted, which a reader on another thread notices by <see cref="CompactedRevision"/>.
/// </summary>
internal sealed class KeyVersion
{
    // A tombstone has no value; here stands its key, so that compaction finds the place where it lies.
    private readonly ReadOnlyMemory<byte> _bytes;
    private KeyVersion? _older;

    private KeyVersion(long revision, long createRevision, long version, ReadOnlyMemory<byte> bytes, KeyVersion? older)
    {
        ModRevision = revision;
        CreateRevision = createRevision;
        Version = version;
        _bytes = bytes;
        _older = older;
    }

    /// <summary>The store's revision that made this version.</summary>
    public long ModRevision { get; }

    /// <summary>The revision of the put that began this life of the key; zero for a tombstone.</summary>
    public long CreateRevision { get; }

    /// <summary>Counts the puts of this life of the key, from one; zero for a tombstone.</summary>
    public long Version { get; }

    /// <summary>The value; empty for a tombstone.</summary>
    public ReadOnlyMemory<byte> Value => IsLive ? _bytes : default;

    /// <summary>The key that a tombstone lies on.</summary>
    public ReadOnlyMemory<byte> DeletedKey => IsLive ? throw new InvalidOperationException("Only a tombstone knows its key.") : _bytes;

    /// <summary>The version before this one, or null if this is the first, or the first that is left.</summary>
    public KeyVersion? Older => Volatile.Read(ref _older);

    /// <summary>Whether the key exists at this version; if not, this is the tombstone that a delete left.</summary>
    public bool IsLive => Version > 0;

    /// <summary>The version that a put makes.</summary>
    public static KeyVersion Put(KeyVersion? older, long revision, ReadOnlyMemory<byte> value) =>
        older is { IsLive: true }
            ? new KeyVersion(revision, older.CreateRevision, older.Version + 1, value, older)
            : new KeyVersion(revision, revision, 1, value, older);

    /// <summary>The version that a delete makes.</summary>
    public static KeyVersion Tombstone(byte[] key, KeyVersion older, long revision) => new(revision, 0, 0, key, older);

    /// <summary>A version as a snapshot describes it; for a tombstone the bytes are its key.</summary>
    public static KeyVersion Restored(long revision, long createRevision, long version, ReadOnlyMemory<byte> bytes) =>
        new(revision, createRevision, version, bytes, null);

    /// <summary>Links a restored version to the one before it, before anybody else sees it.</summary>
    public void RestorePast(KeyVersion older) => _older = older;

    /// <summary>What the key was at <paramref name="revision"/>: this version or an older one, or null.</summary>
    public KeyVersion? At(long revision)
    {
        var version = this;
        while (version is not null && version.ModRevision > revision)
        {
            version = version.Older;
        }

        return version;
    }

    /// <summary>Lets go of the past.</summary>
    public void Forget() => Volatile.Write(ref _older, null);
}
