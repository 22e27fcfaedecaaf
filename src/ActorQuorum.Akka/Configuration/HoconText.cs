using System.Globalization;
using System.Text;
using ActorQuorum.Configuration.Hocon;

namespace ActorQuorum.Akka.Configuration;

/// <summary>Writes resolved values as text that Akka's own parser reads as ours means it: that one takes no comma after a closing brace.</summary>
internal static class HoconText
{
    /// <summary>The text of a value.</summary>
    public static string Of(HoconValue value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, HoconValue value)
    {
        switch (value)
        {
            case HoconObject o: WriteObject(text, o); break;
            case HoconArray a: WriteArray(text, a); break;
            case HoconScalar { Kind: ScalarKind.String } s: WriteString(text, s.Text); break;
            case HoconScalar s: text.Append(s.Text); break;
            default: throw new ArgumentException($"{value.Describe()} is no value.");
        }
    }

    private static void WriteObject(StringBuilder text, HoconObject o)
    {
        text.Append("{\n");
        foreach (var (key, field) in o.Fields)
        {
            WriteString(text, key);
            text.Append(": ");
            Write(text, field.Value);
            text.Append('\n');
        }

        text.Append('}');
    }

    private static void WriteArray(StringBuilder text, HoconArray a)
    {
        text.Append('[');
        var separator = "";
        foreach (var item in a.Items)
        {
            text.Append(separator);
            Write(text, item);
            separator = ", ";
        }

        text.Append(']');
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\\') text.Append('\\').Append(c);
            else if (char.IsControl(c)) text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else text.Append(c);
        }

        text.Append('"');
    }
}
