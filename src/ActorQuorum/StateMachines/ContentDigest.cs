using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ActorQuorum.StateMachines;

/// <summary>
/// Tells whether two stores hold the same: revision, compacted revision, keys, every version of each that can still be read. What is
/// compacted does not count, whether or not it is dropped already. A view is to be digested before the store compacts further.
/// </summary>
internal static class ContentDigest
{
    /// <summary>A digest of everything in <paramref name="view"/>, in hexadecimal.</summary>
    public static string Of(KeyValueView view)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, view.Revision);
        Add(hash, view.Compacted);
        foreach (var slot in view.Index.All())
        {
            Add(hash, slot, view.Compacted);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, IndexSlot slot, long compacted)
    {
        if (!IsReadable(slot.Newest, compacted))
        {
            return;
        }

        Add(hash, slot.Key.Length);
        hash.AppendData(slot.Key);
        for (var version = slot.Newest; version is not null && IsReadable(version, compacted); version = version.Older)
        {
            Add(hash, version.ModRevision);
            Add(hash, version.CreateRevision);
            Add(hash, version.Version);
            Add(hash, version.Value.Length);
            hash.AppendData(version.Value.Span);
            if (version.ModRevision <= compacted)
            {
                break;
            }
        }

        // No version has the revision zero: a chain's end cannot be taken for another version.
        Add(hash, 0);
    }

    // The first version that is not above the compacted revision is the last that a read finds; an older tombstone is as good as none.
    private static bool IsReadable(KeyVersion version, long compacted) => version.IsLive || version.ModRevision >= compacted;

    private static void Add(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
