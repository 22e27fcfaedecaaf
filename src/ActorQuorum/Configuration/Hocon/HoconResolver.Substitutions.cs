using System.Text;

namespace ActorQuorum.Configuration.Hocon;

/// <summary>Substitutions and concatenations.</summary>
internal sealed partial class HoconResolver
{
    private Outline? Substitute(SubstitutionNode substitution)
    {
        _chain.Add(substitution);
        var isCycle = false;
        Outline? found = null;
        foreach (var path in substitution.Paths)
        {
            found = LookUp(path, ref isCycle);
            if (found is not null) break;
        }

        found ??= FromEnvironment(substitution);
        if (found is null && !substitution.IsOptional) throw isCycle ? Cycle() : Undefined(substitution);
        _chain.RemoveAt(_chain.Count - 1);
        return found;
    }

    private Outline? LookUp(HoconPath path, ref bool isCycle)
    {
        Outline? current = _root;
        foreach (var element in path.Elements)
        {
            if (current is not ObjectOutline o || !o.Fields.TryGetValue(element, out var assignments)) return null;
            var count = FirstUnderway(assignments, assignments.Count);
            isCycle |= count < assignments.Count;
            current = OutlineOf(assignments, count).Outline;
        }

        return current;
    }

    private ScalarOutline? FromEnvironment(SubstitutionNode substitution)
    {
        var value = _environment(string.Join('.', substitution.Written.Elements));
        return value is null ? null : new ScalarOutline(new HoconScalar(substitution.Origin, ScalarKind.String, value));
    }

    private static ConfigurationException Undefined(SubstitutionNode substitution) => substitution.Origin.Error(
        $"{substitution} is not defined, neither in the configuration nor in the environment: define it, or write "
        + $"${{?{substitution.Written}}} if it may be absent.");

    private ConfigurationException Cycle() => _chain[^1].Origin.Error(
        $"substitution cycle: {string.Join(" → ", _chain.Select(s => $"{s} ({s.Origin})"))}; give one of them a value of its own.");

    /// <summary>Puts values together that stand side by side; null if all of them are undefined.</summary>
    private Outline? Concatenate(ConcatenationNode node, List<Assignment> assignments, int index)
    {
        List<(HoconNode Node, Outline? Outline)> parts = [];
        foreach (var part in node.Parts)
        {
            if (part is WhitespaceNode) parts.Add((part, null));
            else if (Evaluate(part, assignments, index) is { } outline) parts.Add((part, outline));
        }

        var values = parts.Where(p => p.Outline is not null).Select(p => p.Outline!).ToList();
        if (values.Count == 0) return null;
        if (values.TrueForAll(v => v is ObjectOutline)) return ObjectOutline.Merge([.. values.Cast<ObjectOutline>().Reverse()]);
        if (values.TrueForAll(v => v is ArrayOutline))
            return new ArrayOutline(node.Origin, [.. values.Cast<ArrayOutline>().SelectMany(a => a.Items)]);
        if (!values.TrueForAll(v => v is ScalarOutline))
            throw node.Origin.Error(
                "strings, arrays and objects stand side by side: put ',' or a new line between them, or quotes around the text.");
        return parts.Count == 1 ? values[0] : Join(node, parts);
    }

    private ScalarOutline Join(ConcatenationNode node, List<(HoconNode Node, Outline? Outline)> parts)
    {
        var text = new StringBuilder();
        foreach (var (part, outline) in parts)
        {
            text.Append(outline is ScalarOutline scalar ? scalar.Value.Text : ((WhitespaceNode)part).Text);
            if (_concatenatedChars + text.Length > HoconLimits.ConcatenatedChars)
            {
                throw node.Origin.Error(
                    $"strings put together exceed {HoconLimits.ConcatenatedChars} characters: substitutions multiply one another; use fewer.");
            }
        }

        _concatenatedChars += text.Length;
        return new ScalarOutline(new HoconScalar(node.Origin, ScalarKind.String, text.ToString()));
    }
}
