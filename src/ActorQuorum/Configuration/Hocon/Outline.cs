namespace ActorQuorum.Configuration.Hocon;

/// <summary>
/// A value resolved just far enough to know what it is and which keys it has. What lies deeper stays as it is written, so that an
/// object may refer to paths within itself.
/// </summary>
internal abstract record Outline;

/// <summary>A simple value, which is resolved whole.</summary>
internal sealed record ScalarOutline(HoconScalar Value) : Outline;

/// <summary>An array with unresolved elements.</summary>
internal sealed record ArrayOutline(Origin Origin, IReadOnlyList<HoconNode> Items) : Outline;

/// <summary>An object with unresolved fields.</summary>
internal sealed record ObjectOutline(Origin Origin, OrderedDictionary<string, List<Assignment>> Fields) : Outline
{
    /// <summary>Merges objects; the first given is the latest written, and wins.</summary>
    public static ObjectOutline Merge(IReadOnlyList<ObjectOutline> latestFirst)
    {
        if (latestFirst.Count == 1) return latestFirst[0];
        var fields = new OrderedDictionary<string, List<Assignment>>(StringComparer.Ordinal);
        foreach (var (key, assignments) in latestFirst.Reverse().SelectMany(o => o.Fields))
        {
            if (fields.TryGetValue(key, out var earlier)) earlier.AddRange(assignments);
            else fields.Add(key, [.. assignments]);
        }

        return new ObjectOutline(latestFirst[0].Origin, fields);
    }
}
