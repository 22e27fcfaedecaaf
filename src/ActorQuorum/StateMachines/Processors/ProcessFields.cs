using System.Text;

namespace ActorQuorum.StateMachines.Processors;

/// <summary>The fields of a command for a processor (command.proto's ProcessRequest); the bytes are parts of the request's memory.</summary>
internal struct ProcessFields : IWireFields
{
    /// <summary>The longest name, in characters, which are bytes.</summary>
    public const int NameLimit = 64;

    private const int NameField = 1;
    private const int PayloadField = 2;

    private ReadOnlyMemory<byte> _name;

    /// <summary>The processor's name; only once the request was checked.</summary>
    public readonly string Name => Encoding.ASCII.GetString(_name.Span);

    /// <summary>What the handler gets.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    /// <summary>Whether a text can be a name: letters, digits, dots, dashes and underscores, so that it stands in a log line as it is.</summary>
    public static bool IsName(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > NameLimit) return false;
        foreach (var letter in name)
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'.' or (byte)'-' or (byte)'_'))
                return false;
        return true;
    }

    /// <summary>Reads and checks a request; null if it may be carried out.</summary>
    public static Refusal? Read(ReadOnlyMemory<byte> request, out ProcessFields fields)
    {
        fields = default;
        return !WireFields.TryRead(request, ref fields) ? Refusal.NotAMessage
            : !IsName(fields._name.Span) ? ProcessorRefusal.BadName
            : null;
    }

    /// <summary>Encodes a command.</summary>
    public static ReadOnlyMemory<byte> Encode(string name, ReadOnlySpan<byte> payload)
    {
        var nameBytes = Encoding.UTF8.GetBytes(name);
        var command = new byte[Command.PrefixBytes + FieldSize(nameBytes.Length) + FieldSize(payload.Length)];
        var writer = new WireWriter(command.AsSpan(Command.PrefixBytes));
        writer.Bytes(NameField, nameBytes);
        writer.Bytes(PayloadField, payload);
        return Command.Seal(command, CommandKind.Process);
    }

    private static long FieldSize(int length) => length == 0 ? 0 : WireWriter.LengthFieldSize(length);

    /// <inheritdoc/>
    public bool TryTake(ref WireReader reader, ReadOnlyMemory<byte> message)
    {
        switch (reader.Tag)
        {
            case NameField << 3 | (uint)WireType.Length:
                _name = reader.Bytes(message);
                return true;
            case PayloadField << 3 | (uint)WireType.Length:
                Payload = reader.Bytes(message);
                return true;
            default:
                return false;
        }
    }
}
