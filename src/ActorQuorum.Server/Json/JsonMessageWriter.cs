using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ActorQuorum.Server.Json;

/// <summary>
/// Writes a protobuf message as etcd's gateway does: fields by their own names and in their order, defaults left out, 64-bit numbers as strings,
/// bytes in base64, without spaces. Google's formatter writes spaces, and builds the whole text as one string.
/// </summary>
internal static class JsonMessageWriter
{
    // The answer is JSON and nothing else, so what matters only within HTML need not be escaped.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a message.</summary>
    public static void Write(IMessage message, IBufferWriter<byte> into)
    {
        using var writer = new Utf8JsonWriter(into, s_options);
        Write(message, writer);
    }

    private static void Write(IMessage message, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.Accessor.GetValue(message);
            if (IsDefault(field, value))
            {
                continue;
            }

            writer.WritePropertyName(field.Name);
            if (field.IsRepeated)
            {
                WriteAll((IList)value, field, writer);
            }
            else
            {
                Write(value, field, writer);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteAll(IList values, FieldDescriptor field, Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var value in values)
        {
            Write(value!, field, writer);
        }

        writer.WriteEndArray();
    }

    private static bool IsDefault(FieldDescriptor field, object? value) => value switch
    {
        _ when field.IsRepeated => ((IList)value!).Count == 0,
        null => true,
        IMessage => false,
        ByteString bytes => bytes.IsEmpty,
        string text => text.Length == 0,
        long number => number == 0,
        ulong number => number == 0,
        uint number => number == 0,
        bool flag => !flag,
        _ => Convert.ToInt32(value, CultureInfo.InvariantCulture) == 0,
    };

    private static void Write(object value, FieldDescriptor field, Utf8JsonWriter writer)
    {
        switch (value)
        {
            case IMessage message: Write(message, writer); break;
            case ByteString bytes: writer.WriteBase64StringValue(bytes.Span); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case uint number: writer.WriteNumberValue(number); break;
            case long or ulong: writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
            default: WriteEnum(Convert.ToInt32(value, CultureInfo.InvariantCulture), field.EnumType, writer); break;
        }
    }

    private static void WriteEnum(int number, EnumDescriptor type, Utf8JsonWriter writer)
    {
        if (type.FindValueByNumber(number) is { } named)
        {
            writer.WriteStringValue(named.Name);
        }
        else
        {
            writer.WriteNumberValue(number);
        }
    }
}
