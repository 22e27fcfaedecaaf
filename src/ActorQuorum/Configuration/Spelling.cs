namespace ActorQuorum.Configuration;

/// <summary>Finds the key that was meant.</summary>
internal static class Spelling
{
    // Beyond this nothing is near any more, and the table below would grow with a user's text.
    private const int MaxLength = 128;

    /// <summary>The path that is likely meant, or null if none is near.</summary>
    public static string? Nearest(string path, IEnumerable<string> known)
    {
        if (path.Length > MaxLength) return null;
        var nearest = known.MinBy(k => Between(path, k));
        return nearest is not null && Between(path, nearest) <= Tolerance(LastOf(path).Length) ? nearest : null;
    }

    /// <summary>How many letters may be wrong: two swapped ones in a short key, a third of a long one.</summary>
    private static int Tolerance(int length) => length <= 3 ? 1 : Math.Max(2, length / 3);

    private static int Between(string path, string known)
    {
        // The right key in the wrong section is nearer than any misspelling but of one letter.
        var isSameKey = string.Equals(LastOf(path), LastOf(known), StringComparison.OrdinalIgnoreCase);
        var distance = Edits(path.ToLowerInvariant(), known.ToLowerInvariant());
        return isSameKey ? Math.Min(distance, 1) : distance;
    }

    private static string LastOf(string path) => path[(path.LastIndexOf('.') + 1)..];

    /// <summary>Levenshtein's distance: letters to insert, drop or replace.</summary>
    private static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
