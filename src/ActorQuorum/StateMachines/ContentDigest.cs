using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ActorQuorum.StateMachines;

/// <summary>Tells whether two stores hold the same: revision, keys, every version of each.</summary>
internal static class ContentDigest
{
    /// <summary>A digest of everything in <paramref name="view"/>, in hexadecimal.</summary>
    public static string Of(KeyValueView view)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, view.Revision);
        foreach (var slot in view.Index.All())
        {
            Add(hash, slot.Key.Length);
            hash.AppendData(slot.Key);
            for (var version = slot.Newest; version is not null; version = version.Older)
            {
                Add(hash, version.ModRevision);
                Add(hash, version.CreateRevision);
                Add(hash, version.Version);
                Add(hash, version.Value.Length);
                hash.AppendData(version.Value.Span);
            }

            // No version has the revision zero: a chain's end cannot be taken for another version.
            Add(hash, 0);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
