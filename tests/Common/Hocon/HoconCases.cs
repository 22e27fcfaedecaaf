namespace ActorQuorum.Tests.Configuration;

/// <summary>A text, what the specification says it means, and where it says so (lightbend/config, HOCON.md).</summary>
/// <param name="Rule">The specification's heading.</param>
/// <param name="Name">What the case shows, as a sentence.</param>
/// <param name="Text">The text.</param>
/// <param name="Json">What it means; null if it is no HOCON.</param>
/// <param name="Files">Files that it includes.</param>
public sealed record HoconCase(string Rule, string Name, string Text, string? Json, params (string Name, string Text)[] Files)
{
    /// <summary>Several cases may show one thing: the text tells them apart.</summary>
    public string Title => Json is null ? $"{Name}: {Text.ReplaceLineEndings("\\n")}" : Name;

    /// <inheritdoc/>
    public override string ToString() => Title;
}

/// <summary>The cases of HOCON that can be told by their text alone. Every reader there is reads them all.</summary>
public static partial class HoconCases
{
    /// <summary>All.</summary>
    public static IEnumerable<HoconCase> All => [.. Syntax, .. Substitutions, .. Includes, .. Malformed];
}
