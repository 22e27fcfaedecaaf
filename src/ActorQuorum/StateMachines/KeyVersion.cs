namespace ActorQuorum.StateMachines;

/// <summary>
/// What one revision made of a key. Immutable: each version points to the one before it, so a key's history is a chain from new to old,
/// and a reader that holds a version sees the same past for ever.
/// </summary>
internal sealed class KeyVersion
{
    private KeyVersion(long revision, long createRevision, long version, ReadOnlyMemory<byte> value, KeyVersion? older)
    {
        ModRevision = revision;
        CreateRevision = createRevision;
        Version = version;
        Value = value;
        Older = older;
    }

    /// <summary>The store's revision that made this version.</summary>
    public long ModRevision { get; }

    /// <summary>The revision of the put that began this life of the key; zero for a tombstone.</summary>
    public long CreateRevision { get; }

    /// <summary>Counts the puts of this life of the key, from one; zero for a tombstone.</summary>
    public long Version { get; }

    /// <summary>The value.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>The version before this one, or null if this is the first.</summary>
    public KeyVersion? Older { get; }

    /// <summary>Whether the key exists at this version; if not, this is the tombstone that a delete left.</summary>
    public bool IsLive => Version > 0;

    /// <summary>The version that a put makes.</summary>
    public static KeyVersion Put(KeyVersion? older, long revision, ReadOnlyMemory<byte> value) =>
        older is { IsLive: true }
            ? new KeyVersion(revision, older.CreateRevision, older.Version + 1, value, older)
            : new KeyVersion(revision, revision, 1, value, older);

    /// <summary>The version that a delete makes.</summary>
    public static KeyVersion Tombstone(KeyVersion older, long revision) => new(revision, 0, 0, default, older);
}
