using System.Runtime.CompilerServices;

namespace ActorQuorum.Configuration.Hocon;

/// <summary>
/// Turns nodes into values: merges the assignments to each key and replaces substitutions, each only when its value is asked for.
/// A substitution that comes back to the key it stands at sees the key's earlier assignments; where there are none, that is a cycle.
/// </summary>
internal sealed partial class HoconResolver
{
    private readonly ObjectOutline _root;
    private readonly Func<string, string?> _environment;

    /// <summary>Substitutions and concatenations whose outline is being worked out.</summary>
    private readonly HashSet<HoconNode> _underway = [];

    /// <summary>The substitutions among them, in the order they lead to one another.</summary>
    private readonly List<SubstitutionNode> _chain = [];

    /// <summary>Those that made the objects and arrays around the value being completed.</summary>
    private readonly HashSet<HoconNode> _enclosing = [];

    private int _valuesLookedAt;
    private long _concatenatedChars;

    public HoconResolver(IReadOnlyList<ObjectNode> layers, Func<string, string?> environment)
    {
        _root = ObjectOutline.Merge([.. layers.Reverse().Select(layer => new ObjectOutline(layer.Origin, layer.Fields))]);
        _environment = environment;
    }

    public HoconObject Resolve() => Complete(_root);

    private HoconObject Complete(ObjectOutline outline)
    {
        var fields = new OrderedDictionary<string, HoconField>(StringComparer.Ordinal);
        foreach (var (key, assignments) in outline.Fields)
        {
            if (Complete(assignments) is { } value) fields.Add(key, new HoconField(assignments[^1].KeyOrigin, value));
        }

        return new HoconObject(outline.Origin, fields);
    }

    /// <summary>The whole value of a key; null if all that is assigned to it is undefined.</summary>
    private HoconValue? Complete(List<Assignment> assignments)
    {
        if (_enclosing.Count >= HoconLimits.SubstitutionDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw TooLong(assignments[^1].Value);
        var (outline, from) = OutlineOf(assignments, assignments.Count);
        if (outline is null) return null;
        if (outline is ScalarOutline scalar) return scalar.Value;

        var links = assignments.Skip(from).Select(a => a.Value).Where(IsLink).ToList();
        foreach (var link in links)
        {
            if (!_enclosing.Add(link))
            {
                throw link.Origin.Error(
                    $"substitution cycle: {Describe(link)} refers to a value that contains it and would never end; refer to a part of it.");
            }
        }

        HoconValue value = outline is ArrayOutline array ? Complete(array) : Complete((ObjectOutline)outline);
        _enclosing.ExceptWith(links);
        return value;
    }

    private HoconArray Complete(ArrayOutline outline)
    {
        List<HoconValue> items = [];
        foreach (var item in outline.Items)
        {
            if (Complete([new Assignment(item.Origin, item)]) is { } value) items.Add(value);
        }

        return new HoconArray(outline.Origin, items);
    }

    /// <summary>
    /// What the first <paramref name="count"/> assignments make together, and the first of them that counts. The latest wins; objects
    /// merge with those before them, up to a value that is no object; undefined ones leave the earlier value.
    /// </summary>
    private (Outline? Outline, int From) OutlineOf(List<Assignment> assignments, int count)
    {
        List<ObjectOutline>? objects = null;
        var from = count;
        while (--from >= 0)
        {
            var outline = Evaluate(assignments[from].Value, assignments, from);
            if (outline is null) continue;
            if (outline is ObjectOutline o) (objects ??= []).Add(o);
            else if (objects is null) return (outline, from);
            else break;
        }

        return (objects is null ? null : ObjectOutline.Merge(objects), from + 1);
    }

    private Outline? Evaluate(HoconNode node, List<Assignment> assignments, int index)
    {
        if (++_valuesLookedAt > HoconLimits.ResolvedValues)
        {
            throw node.Origin.Error(
                $"resolving the substitutions takes more than {HoconLimits.ResolvedValues} steps: they multiply one another; use fewer.");
        }

        switch (node)
        {
            case LiteralNode literal: return new ScalarOutline(literal.Value);
            case ArrayNode array: return new ArrayOutline(array.Origin, array.Items);
            case ObjectNode o: return new ObjectOutline(o.Origin, o.Fields);
            case PreviousNode: return OutlineOf(assignments, FirstUnderway(assignments, index)).Outline;
        }

        if (_underway.Count >= HoconLimits.SubstitutionDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw TooLong(node);
        _underway.Add(node);
        var outline = node is SubstitutionNode substitution ? Substitute(substitution) : Concatenate((ConcatenationNode)node, assignments, index);
        _underway.Remove(node);
        return outline;
    }

    /// <summary>How many of the first <paramref name="count"/> assignments stand before all that are being worked out.</summary>
    private int FirstUnderway(List<Assignment> assignments, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (_underway.Contains(assignments[i].Value)) return i;
        }

        return count;
    }

    private static ConfigurationException TooLong(HoconNode node) => node.Origin.Error(
        $"substitutions lead to one another over more than {HoconLimits.SubstitutionDepth} steps; make the chain shorter.");

    private static bool IsLink(HoconNode node) => node is SubstitutionNode or ConcatenationNode;

    private static string Describe(HoconNode node) => node switch
    {
        SubstitutionNode => node.ToString()!,
        ConcatenationNode c => c.Parts.OfType<SubstitutionNode>().FirstOrDefault()?.ToString() ?? "the value",
        _ => "the value",
    };
}
