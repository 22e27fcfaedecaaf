using System.Collections;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ActorQuorum.Server.Json;

/// <summary>
/// Reads JSON into a protobuf message as etcd's gateway does. Google's parser is not used, for it is of another mind in what etcd's users can
/// see: the texts of its errors, what may follow the value, the alphabet of base64, bytes as an array of numbers.
/// </summary>
internal ref struct JsonMessageReader
{
    // As protobuf's own readers: far above any real transaction, far below what the stack bears.
    private const int MostDepth = 100;

    private readonly ReadOnlySpan<byte> _text;
    private int _at;
    private int _depth;

    private JsonMessageReader(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>Reads a body's first value; an empty body is an empty message.</summary>
    /// <exception cref="BadJsonException">The body is no JSON, or not of the message's form.</exception>
    public static void Read(ReadOnlySpan<byte> body, IMessage into)
    {
        var value = JsonSyntax.FirstValue(body);
        if (value.IsEmpty || value.SequenceEqual("null"u8))
        {
            return;
        }

        var reader = new JsonMessageReader(value);
        reader.ReadMessage(into);
    }

    private void ReadMessage(IMessage message)
    {
        const string GoType = "map[string]json.RawMessage";
        if (Peek() != '{')
        {
            throw Mismatch(TakeValue(), GoType);
        }

        if (++_depth > MostDepth)
        {
            throw new BadJsonException($"actorquorum: messages are nested deeper than {MostDepth}");
        }

        for (_at++; Peek() != '}'; SkipComma())
        {
            var field = FieldOf(message.Descriptor, Encoding.UTF8.GetString(JsonText.Unescape(Unquoted(TakeValue()))));
            SkipSpace();
            _at++;
            ReadField(message, field);
        }

        _at++;
        _depth--;
    }

    /// <summary>A field goes by its own name or in camel case; one that is not known is skipped.</summary>
    private static FieldDescriptor? FieldOf(MessageDescriptor message, string name)
    {
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            if (field.Name == name || field.JsonName == name)
            {
                return field;
            }
        }

        return null;
    }

    private void ReadField(IMessage message, FieldDescriptor? field)
    {
        SkipSpace();
        if (field is null || Peek() == 'n')
        {
            TakeValue();
        }
        else if (field.IsRepeated)
        {
            ReadRepeated(message, field);
        }
        else
        {
            field.Accessor.SetValue(message, ReadValue(field));
        }
    }

    private void ReadRepeated(IMessage message, FieldDescriptor field)
    {
        if (Peek() != '[')
        {
            throw Mismatch(TakeValue(), "[]json.RawMessage");
        }

        var list = (IList)field.Accessor.GetValue(message);

        // A key that comes twice counts as it came last.
        list.Clear();
        for (_at++; Peek() != ']'; SkipComma())
        {
            list.Add(ReadValue(field));
        }

        _at++;
    }

    private object ReadValue(FieldDescriptor field)
    {
        if (field.FieldType != FieldType.Message)
        {
            return ReadScalar(field, TakeValue());
        }

        var message = field.MessageType.Parser.ParseFrom(ByteString.Empty);

        // etcd ends the connection at a null among messages; here it is an empty one, which the request is then judged by.
        if (Peek() == 'n')
        {
            TakeValue();
        }
        else
        {
            ReadMessage(message);
        }

        return message;
    }

    private static object ReadScalar(FieldDescriptor field, ReadOnlySpan<byte> value) => field.FieldType switch
    {
        FieldType.Bytes => ReadBytes(value),
        FieldType.Bool => value[0] is (byte)'t' or (byte)'f' ? value[0] == 't' : throw Mismatch(value, "bool"),
        FieldType.String => value[0] == '"' ? Encoding.UTF8.GetString(JsonText.Unescape(Unquoted(value))) : throw Mismatch(value, "string"),
        FieldType.Enum => ReadEnum(field.EnumType, value),
        FieldType.Int64 => ReadNumber(value, "int64", 0L),
        FieldType.UInt64 => ReadNumber(value, "uint64", 0UL),
        _ => throw new InvalidOperationException($"the gateway reads no fields of the type {field.FieldType}, as {field.FullName} is"),
    };

    private static ByteString ReadBytes(ReadOnlySpan<byte> value)
    {
        const string GoType = "[]uint8";
        if (value[0] == '"')
        {
            return UnsafeByteOperations.UnsafeWrap(JsonText.FromBase64(JsonText.Unescape(Unquoted(value))));
        }

        if (value[0] != '[')
        {
            throw Mismatch(value, GoType);
        }

        var bytes = new List<byte>();
        var reader = new JsonMessageReader(value);
        for (reader._at++; reader.Peek() != ']'; reader.SkipComma())
        {
            bytes.Add(ReadNumber(reader.TakeValue(), "uint8", (byte)0, mayBeQuoted: false));
        }

        return UnsafeByteOperations.UnsafeWrap(bytes.ToArray());
    }

    private static T ReadNumber<T>(ReadOnlySpan<byte> value, string goType, T absent, bool mayBeQuoted = true)
        where T : struct, IUtf8SpanParsable<T>
    {
        if (value[0] == '"' && mayBeQuoted)
        {
            value = JsonSyntax.OnlyValue(Unquoted(value));
        }

        if (value[0] == 'n')
        {
            return absent;
        }

        if (value[0] is not (byte)'-' and (< (byte)'0' or > (byte)'9'))
        {
            throw Mismatch(value, goType);
        }

        return T.TryParse(value, CultureInfo.InvariantCulture, out var number) && value.IndexOfAny("eE."u8) < 0
            ? number
            : throw new BadJsonException($"json: cannot unmarshal number {Encoding.ASCII.GetString(value)} into Go value of type {goType}");
    }

    private static int ReadEnum(EnumDescriptor type, ReadOnlySpan<byte> value)
    {
        if (value[0] != '"')
        {
            return ReadNumber(value, GoName(type), 0, mayBeQuoted: false);
        }

        // The name is taken as it stands: etcd undoes no escapes in it, and shows them escaped once more.
        var name = Encoding.UTF8.GetString(Unquoted(value));
        if (type.FindValueByName(name) is { } known)
        {
            return known.Number;
        }

        var shown = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        throw new BadJsonException($"unknown value \"{shown}\" for enum {GoName(type)}");
    }

    /// <summary>Go joins the names of nested types with underscores.</summary>
    private static string GoName(EnumDescriptor type) => type.ContainingType is { } outer ? $"{outer.FullName}_{type.Name}" : type.FullName;

    private static BadJsonException Mismatch(ReadOnlySpan<byte> value, string goType)
    {
        var kind = (char)value[0] switch
        {
            '{' => "object",
            '[' => "array",
            '"' => "string",
            't' or 'f' => "bool",
            _ => "number",
        };
        return new BadJsonException($"json: cannot unmarshal {kind} into Go value of type {goType}");
    }

    private static ReadOnlySpan<byte> Unquoted(ReadOnlySpan<byte> value) => value[1..^1];

    /// <summary>The next byte that is no space.</summary>
    private byte Peek()
    {
        SkipSpace();
        return _text[_at];
    }

    private void SkipSpace()
    {
        while (_text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _at++;
        }
    }

    private void SkipComma()
    {
        if (Peek() == ',')
        {
            _at++;
        }
    }

    /// <summary>Passes over a value, whole.</summary>
    private ReadOnlySpan<byte> TakeValue()
    {
        SkipSpace();
        var start = _at;
        var open = 0;
        do
        {
            switch (_text[_at++])
            {
                case (byte)'{' or (byte)'[': open++; break;
                case (byte)'}' or (byte)']': open--; break;
                case (byte)'"': SkipString(); break;
                default: SkipPlain(); break;
            }
        }
        while (open > 0);
        return _text[start.._at];
    }

    private void SkipString()
    {
        while (_text[_at] != '"')
        {
            _at += _text[_at] == '\\' ? 2 : 1;
        }

        _at++;
    }

    private void SkipPlain()
    {
        while (_at < _text.Length && !" \t\r\n,:{}[]\""u8.Contains(_text[_at]))
        {
            _at++;
        }
    }
}
