using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ActorQuorum.Server.Json;

/// <summary>What stands between the quotes of a JSON string that was checked: its text, or bytes in base64, read as Go does.</summary>
internal static class JsonText
{
    private const int EscapeLength = 6;
    private static readonly SearchValues<byte> s_lineBreaks = SearchValues.Create("\r\n"u8);

    /// <summary>The string's UTF-8, without escapes.</summary>
    public static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> quoted)
    {
        if (!quoted.Contains((byte)'\\'))
        {
            return quoted;
        }

        // No escape is shorter than what it stands for.
        var text = new byte[quoted.Length];
        var length = 0;
        for (var at = 0; at < quoted.Length;)
        {
            if (quoted[at] != '\\')
            {
                text[length++] = quoted[at++];
                continue;
            }

            var rune = RuneAt(quoted[at..], out var used);
            length += rune.EncodeToUtf8(text.AsSpan(length));
            at += used;
        }

        return text.AsSpan(0, length);
    }

    /// <summary>The bytes that base64 stands for: the standard alphabet, padded; line breaks within do not count.</summary>
    /// <exception cref="BadJsonException">It is none.</exception>
    public static byte[] FromBase64(ReadOnlySpan<byte> text)
    {
        var clean = text.ContainsAny(s_lineBreaks) ? WithoutLineBreaks(text) : text;
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(clean.Length)];
        if (!clean.ContainsAny(" \t"u8)
            && Base64.DecodeFromUtf8(clean, bytes, out var consumed, out var written) == OperationStatus.Done && consumed == clean.Length)
        {
            return written == bytes.Length ? bytes : bytes[..written];
        }

        return DecodeOneByOne(text);
    }

    private static byte[] WithoutLineBreaks(ReadOnlySpan<byte> text)
    {
        var kept = new List<byte>(text.Length);
        foreach (var c in text)
        {
            if (!s_lineBreaks.Contains(c))
            {
                kept.Add(c);
            }
        }

        return [.. kept];
    }

    private static Rune RuneAt(ReadOnlySpan<byte> escape, out int used)
    {
        used = 2;
        switch ((char)escape[1])
        {
            case 'b': return new Rune('\b');
            case 'f': return new Rune('\f');
            case 'n': return new Rune('\n');
            case 'r': return new Rune('\r');
            case 't': return new Rune('\t');
            case 'u': break;
            default: return new Rune((char)escape[1]);
        }

        var first = UnitAt(escape);
        used = EscapeLength;
        if (Rune.TryCreate(first, out var rune))
        {
            return rune;
        }

        if (escape.Length >= 2 * EscapeLength && escape[EscapeLength..].StartsWith("\\u"u8)
            && Rune.TryCreate(first, UnitAt(escape[EscapeLength..]), out var pair))
        {
            used = 2 * EscapeLength;
            return pair;
        }

        return Rune.ReplacementChar;
    }

    private static char UnitAt(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>Decodes what the fast decoder refuses: bits left over in the last character are no fault to Go, and a fault has a place.</summary>
    private static byte[] DecodeOneByOne(ReadOnlySpan<byte> text)
    {
        const int BitsOfCharacter = 6;
        var bytes = new List<byte>(text.Length);
        var (bits, characters, padding) = (0, 0, 0);
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (s_lineBreaks.Contains(c))
            {
                continue;
            }

            if (c == '=' && padding < 2 && characters + padding is 2 or 3)
            {
                padding++;
                continue;
            }

            var value = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8.IndexOf(c);
            if (padding == 1 && characters == 2)
            {
                // Go names the first half of a padding whose second half is missing.
                throw Corrupt(at - 1);
            }

            if (value < 0 || padding > 0)
            {
                throw Corrupt(at);
            }

            bits = (bits << BitsOfCharacter) | value;
            if (++characters == 4)
            {
                bytes.AddRange([(byte)(bits >> 16), (byte)(bits >> 8), (byte)bits]);
                (bits, characters) = (0, 0);
            }
        }

        if (characters > 0)
        {
            if (characters + padding != 4)
            {
                throw Corrupt(padding > 0 ? text.Length : text.Length - characters);
            }

            bits <<= BitsOfCharacter * padding;
            bytes.Add((byte)(bits >> 16));
            if (padding == 1)
            {
                bytes.Add((byte)(bits >> 8));
            }
        }

        return [.. bytes];
    }

    private static BadJsonException Corrupt(int at) => new(string.Create(CultureInfo.InvariantCulture, $"illegal base64 data at input byte {at}"));
}
