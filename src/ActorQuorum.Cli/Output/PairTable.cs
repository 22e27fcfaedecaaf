using System.Globalization;
using System.Text;
using ActorQuorum.Cli.Keys;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using Spectre.Console;

namespace ActorQuorum.Cli.Output;

/// <summary>Keys and values as a table for people: what cannot be printed is escaped, what is long is cut.</summary>
internal static class PairTable
{
    private const int LongestCell = 60;

    /// <summary>A table of those that are there; null if none is.</summary>
    public static Table? Pairs(IReadOnlyCollection<KeyValue?> pairs, Keyspace keys)
    {
        KeyValue[] present = [.. pairs.OfType<KeyValue>()];
        if (present.Length == 0) return null;
        var hasLeases = present.Any(pair => pair.Lease != 0);
        var table = Tables.Create(["key", "value", "version", "created", "modified", .. hasLeases ? ["lease"] : Array.Empty<string>()]);
        foreach (var pair in present)
        {
            string[] cells =
            [
                Cell(keys.Shown(pair.Key)), Cell(pair.Value), Number(pair.Version), Number(pair.CreateRevision), Number(pair.ModRevision),
                .. hasLeases ? [pair.Lease.ToString("x", CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            ];
            table.AddRow(cells);
        }

        return table;
    }

    public static int Print(Table? table, string summary)
    {
        if (table is not null) Tables.Print(table);
        Console.WriteLine(summary);
        return ExitCode.Ok;
    }

    /// <summary>Bytes as text; control characters and what is no UTF-8 in hexadecimal.</summary>
    public static string Text(ByteString bytes)
    {
        var text = new StringBuilder();
        for (var rest = bytes.Span; rest.Length > 0 && text.Length <= LongestCell;)
        {
            var isRune = Rune.DecodeFromUtf8(rest, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (isRune && !Rune.IsControl(rune)) text.Append(rune);
            else foreach (var part in rest[..length]) text.Append(CultureInfo.InvariantCulture, $"\\x{part:x2}");
            rest = rest[length..];
        }

        return text.Length <= LongestCell ? text.ToString() : FormattableString.Invariant($"{text.ToString(0, LongestCell)}… ({bytes.Length} bytes)");
    }

    private static string Cell(ByteString bytes) => Markup.Escape(Text(bytes));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
