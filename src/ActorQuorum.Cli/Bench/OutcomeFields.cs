using System.Text;

namespace ActorQuorum.Cli.Bench;

/// <summary>
/// Finds gRPC's outcome among a response's header fields. The connection allows the server no dynamic table (RFC 7541 §4.2), so that fields are
/// static or spelled out, and nothing needs to be remembered.
/// </summary>
internal static class OutcomeFields
{
    private const int NoStatus = -1;
    private const int Malformed = 13;

    // "grpc-status" as it is and in Huffman's code (RFC 7541 appendix B).
    private static ReadOnlySpan<byte> StatusName => "grpc-status"u8;

    private static ReadOnlySpan<byte> StatusNameCoded => [0x9a, 0xca, 0xc8, 0xb2, 0x12, 0x34, 0xda, 0x8f];

    private static ReadOnlySpan<byte> MessageName => "grpc-message"u8;

    /// <summary>The code, or -1 if this block has none; and the message, if it is spelled out.</summary>
    public static int Read(ReadOnlySpan<byte> block, out string? message)
    {
        message = null;
        var status = NoStatus;
        while (!block.IsEmpty)
        {
            var first = block[0];
            if (first >= 0x80)
            {
                if (!TryNumber(ref block, 7, out _)) return Malformed;
            }
            else if (first is >= 0x20 and < 0x40)
            {
                if (!TryNumber(ref block, 5, out _)) return Malformed;
            }
            else
            {
                if (!TryNumber(ref block, first >= 0x40 ? 6 : 4, out var index)) return Malformed;
                ReadOnlySpan<byte> name = default;
                if (index == 0 && !TryText(ref block, out name, out _)) return Malformed;
                if (!TryText(ref block, out var value, out var isCoded)) return Malformed;
                if (name.SequenceEqual(StatusName) || name.SequenceEqual(StatusNameCoded)) status = Code(value, isCoded);
                else if (!isCoded && name.SequenceEqual(MessageName)) message = Uri.UnescapeDataString(Encoding.ASCII.GetString(value));
            }
        }

        return status;
    }

    /// <summary>Huffman's code makes a digit five bits, so no server codes one or two digits but by mistake.</summary>
    private static int Code(ReadOnlySpan<byte> value, bool isCoded)
    {
        if (isCoded) return value is [0x07] ? 0 : Malformed;
        var code = 0;
        foreach (var digit in value) code = (code * 10) + digit - '0';
        return code;
    }

    private static bool TryText(scoped ref ReadOnlySpan<byte> block, out ReadOnlySpan<byte> text, out bool isCoded)
    {
        text = default;
        isCoded = !block.IsEmpty && block[0] >= 0x80;
        if (!TryNumber(ref block, 7, out var length) || length > block.Length) return false;
        text = block[..length];
        block = block[length..];
        return true;
    }

    private static bool TryNumber(scoped ref ReadOnlySpan<byte> block, int bits, out int number)
    {
        number = 0;
        if (block.IsEmpty) return false;
        var mask = (1 << bits) - 1;
        number = block[0] & mask;
        block = block[1..];
        if (number < mask) return true;
        for (var shift = 0; shift <= 21; shift += 7)
        {
            if (block.IsEmpty) return false;
            var next = block[0];
            block = block[1..];
            number += (next & 0x7f) << shift;
            if (next < 0x80) return true;
        }

        return false;
    }
}
