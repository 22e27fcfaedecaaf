using System.Globalization;
using System.Text;
using ActorQuorum.Cli.Keys;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Cli.Transactions;

/// <summary>One compare of a transaction: <c>value("key") = "text"</c>.</summary>
internal static class Comparison
{
    /// <exception cref="FormatException">The line is none.</exception>
    public static Compare Parse(string line, Keyspace keys)
    {
        var open = line.IndexOf('(', StringComparison.Ordinal);
        if (open < 0) throw Malformed();
        var (key, close) = Operand(line, open + 1, ')');
        if (close >= line.Length || line[close] != ')') throw Malformed();
        var rest = line[(close + 1)..].TrimStart();
        var sign = rest.StartsWith("!=", StringComparison.Ordinal) ? "!=" : rest.Length > 0 ? rest[..1] : "";
        var (operand, end) = Operand(rest, sign.Length, '\0');
        if (rest[end..].Trim().Length > 0) throw Malformed();
        var compare = new Compare { Key = keys.Range(key, null, false, false).First, Result = Result(sign) };
        SetTarget(compare, line[..open].Trim(), operand);
        return compare;
    }

    private static FormatException Malformed() => new("a compare is TARGET(\"KEY\") SIGN \"OPERAND\", such as value(\"greeting\") = \"hello\" or mod(\"greeting\") > \"0\"");

    private static Compare.Types.CompareResult Result(string sign) => sign switch
    {
        "=" => Compare.Types.CompareResult.Equal,
        "!=" => Compare.Types.CompareResult.NotEqual,
        ">" => Compare.Types.CompareResult.Greater,
        "<" => Compare.Types.CompareResult.Less,
        _ => throw new FormatException($"'{sign}' is no sign of a compare: there are = != < and >"),
    };

    private static void SetTarget(Compare compare, string target, string operand)
    {
        switch (target)
        {
            case "value" or "val":
                compare.Target = Compare.Types.CompareTarget.Value;
                compare.Value = ByteString.CopyFromUtf8(operand);
                break;
            case "version" or "ver":
                compare.Target = Compare.Types.CompareTarget.Version;
                compare.Version = Number(operand);
                break;
            case "create" or "c":
                compare.Target = Compare.Types.CompareTarget.Create;
                compare.CreateRevision = Number(operand);
                break;
            case "mod" or "m":
                compare.Target = Compare.Types.CompareTarget.Mod;
                compare.ModRevision = Number(operand);
                break;
            case "lease":
                compare.Target = Compare.Types.CompareTarget.Lease;
                compare.Lease = Number(operand);
                break;
            default:
                throw new FormatException($"'{target}' cannot be compared: there are value, version, create, mod and lease");
        }
    }

    private static long Number(string operand) =>
        long.TryParse(operand, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{operand}' is no number");

    /// <summary>A quoted text or a bare word that ends at a space or at <paramref name="stop"/>; and where what follows begins.</summary>
    private static (string Text, int End) Operand(string line, int start, char stop)
    {
        while (start < line.Length && line[start] == ' ') start++;
        if (start >= line.Length) throw Malformed();
        var text = new StringBuilder();
        var end = start;
        if (line[start] is '"' or '\'')
        {
            end = Words.Quoted(line, start, text) + 1;
        }
        else
        {
            while (end < line.Length && line[end] != stop && line[end] != ' ') text.Append(line[end++]);
        }

        while (end < line.Length && line[end] == ' ') end++;
        return (text.ToString(), end);
    }
}
