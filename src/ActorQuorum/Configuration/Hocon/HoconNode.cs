namespace ActorQuorum.Configuration.Hocon;

/// <summary>A value as it is written, before substitutions are resolved. Nodes are compared by identity.</summary>
internal abstract class HoconNode(Origin origin)
{
    public Origin Origin { get; } = origin;
}

/// <summary>A simple value.</summary>
internal sealed class LiteralNode(HoconScalar value) : HoconNode(value.Origin)
{
    public HoconScalar Value { get; } = value;
}

/// <summary>Whitespace between two values of a line: part of a string, nothing between arrays or objects.</summary>
internal sealed class WhitespaceNode(Origin origin, string text) : HoconNode(origin)
{
    public string Text { get; } = text;
}

/// <summary>An array.</summary>
internal sealed class ArrayNode(Origin origin, IReadOnlyList<HoconNode> items) : HoconNode(origin)
{
    public IReadOnlyList<HoconNode> Items { get; } = items;
}

/// <summary>Values side by side: a string, an array or an object made of parts.</summary>
internal sealed class ConcatenationNode(Origin origin, IReadOnlyList<HoconNode> parts) : HoconNode(origin)
{
    public IReadOnlyList<HoconNode> Parts { get; } = parts;
}

/// <summary>A substitution. One in an included file is looked up below the place of the include first, then from the root.</summary>
internal sealed class SubstitutionNode(Origin origin, IReadOnlyList<HoconPath> paths, bool isOptional) : HoconNode(origin)
{
    public IReadOnlyList<HoconPath> Paths { get; } = paths;

    public bool IsOptional { get; } = isOptional;

    /// <summary>The path as it is written.</summary>
    public HoconPath Written => Paths[^1];

    public override string ToString() => $"${{{(IsOptional ? "?" : "")}{Written}}}";
}

/// <summary>The value its key had before: <c>a += x</c> is <c>a = (previous) [x]</c>. It needs no path, so it works within arrays too.</summary>
internal sealed class PreviousNode(Origin origin) : HoconNode(origin);

/// <summary>One assignment to a key.</summary>
internal sealed record Assignment(Origin KeyOrigin, HoconNode Value);

/// <summary>An object: each key with all assignments to it, the oldest first. What they make together is found out when resolving.</summary>
internal sealed class ObjectNode(Origin origin) : HoconNode(origin)
{
    public OrderedDictionary<string, List<Assignment>> Fields { get; } = new(StringComparer.Ordinal);

    public void Assign(ReadOnlySpan<string> path, Origin keyOrigin, HoconNode value)
    {
        if (path.Length > 1)
        {
            var inner = new ObjectNode(keyOrigin);
            inner.Assign(path[1..], keyOrigin, value);
            value = inner;
        }

        AssignmentsOf(path[0]).Add(new Assignment(keyOrigin, value));
    }

    /// <summary>Takes all assignments of an included file, as if they stood here.</summary>
    public void Include(ObjectNode included)
    {
        foreach (var (key, assignments) in included.Fields) AssignmentsOf(key).AddRange(assignments);
    }

    private List<Assignment> AssignmentsOf(string key)
    {
        if (!Fields.TryGetValue(key, out var assignments)) Fields.Add(key, assignments = []);
        return assignments;
    }
}
