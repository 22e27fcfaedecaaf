using Google.Protobuf;

namespace ActorQuorum.Cli.Client;

/// <summary>The end of a range, as etcd's API writes it.</summary>
internal static class KeyRange
{
    /// <summary>Every key.</summary>
    private static readonly ByteString Everything = ByteString.CopyFrom(0);

    /// <summary>The first key after all keys that begin with <paramref name="prefix"/>.</summary>
    public static ByteString EndOfPrefix(ByteString prefix)
    {
        var end = prefix.ToByteArray();
        for (var last = end.Length - 1; last >= 0; last--)
        {
            if (end[last] == byte.MaxValue)
                continue;
            end[last]++;
            return ByteString.CopyFrom(end, 0, last + 1);
        }

        return Everything;
    }
}
