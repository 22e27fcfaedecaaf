using Google.Protobuf;

namespace ActorQuorum.StateMachines;

/// <summary>What a command or query asks for. The numbers stand in the log and on the wire between nodes.</summary>
internal enum CommandKind : byte
{
    /// <summary>A command: etcd's PutRequest.</summary>
    Put = 1,

    /// <summary>A command: etcd's DeleteRangeRequest.</summary>
    DeleteRange = 2,

    /// <summary>A query: etcd's RangeRequest.</summary>
    Range = 3,

    /// <summary>A command, and a query if it writes nothing: etcd's TxnRequest.</summary>
    Txn = 4,

    /// <summary>A command: etcd's CompactionRequest.</summary>
    Compact = 5,

    /// <summary>A command: a processor's name and its payload (see <see cref="Processors.ProcessFields"/>).</summary>
    Process = 6,
}

/// <summary>
/// The encoding of commands and queries: a format byte, a kind byte, and etcd's own request as the client sent it.
/// A later format may put a session or a namespace between.
/// </summary>
internal static class Command
{
    /// <summary>How many bytes stand before the client's message: whoever reads it from the wire leaves them free.</summary>
    public const int PrefixBytes = 2;

    private const byte Format = 1;

    /// <summary>Writes the prefix before a message that lies at <see cref="PrefixBytes"/>.</summary>
    public static ReadOnlyMemory<byte> Seal(byte[] buffer, CommandKind kind)
    {
        buffer[0] = Format;
        buffer[1] = (byte)kind;
        return buffer;
    }

    /// <summary>Encodes a request.</summary>
    public static ReadOnlyMemory<byte> Encode(CommandKind kind, IMessage request)
    {
        var buffer = new byte[PrefixBytes + request.CalculateSize()];
        request.WriteTo(buffer.AsSpan(PrefixBytes));
        return Seal(buffer, kind);
    }

    /// <summary>Reads the prefix; false if the format is unknown.</summary>
    public static bool TryOpen(ReadOnlyMemory<byte> command, out CommandKind kind, out ReadOnlyMemory<byte> request)
    {
        if (command.Length < PrefixBytes || command.Span[0] != Format)
        {
            kind = default;
            request = default;
            return false;
        }

        kind = (CommandKind)command.Span[1];
        request = command[PrefixBytes..];
        return true;
    }
}
