namespace ActorQuorum.Stores;

/// <summary>A key as the store holds it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Its value.</param>
/// <param name="CreateRevision">The revision of the put that began this life of the key.</param>
/// <param name="ModRevision">The revision of its latest put; what <see cref="QuorumStore.CompareAndSetAsync"/> compares.</param>
/// <param name="Version">How many puts this life has seen, from 1.</param>
public sealed record StoreEntry(Bytes Key, Bytes Value, long CreateRevision, long ModRevision, long Version);

/// <summary>The keys of a range.</summary>
/// <param name="Entries">The first of them, in the order of the keys.</param>
/// <param name="Count">How many there are in the whole range.</param>
/// <param name="Revision">The store's revision of the answer.</param>
public sealed record StorePage(IReadOnlyList<StoreEntry> Entries, long Count, long Revision)
{
    /// <summary>Whether there are more than these.</summary>
    public bool IsMore => Count > Entries.Count;
}

/// <summary>What came of a transaction.</summary>
/// <param name="IsCommitted">Whether every condition held, so that the writes were made.</param>
/// <param name="Revision">The store's revision after it.</param>
public sealed record StoreOutcome(bool IsCommitted, long Revision);
