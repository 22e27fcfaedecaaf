using System.Collections.Immutable;

namespace ActorQuorum.Mutants.Tests;

/// <summary>One textual change; the original must stand in the file exactly once.</summary>
/// <param name="File">The file, from the repository's root.</param>
/// <param name="Original">What stands there.</param>
/// <param name="Replacement">What stands there instead.</param>
internal sealed record Edit(string File, string Original, string Replacement)
{
    /// <summary>The text with this edit, or why it does not fit the sources any more.</summary>
    public string ApplyTo(string text)
    {
        var original = Original.ReplaceLineEndings("\n");
        var places = text.Split(original).Length - 1;
        places.ShouldBe(1, $"this stands {places} times in {File}, not once; bring the edit up to date:\n{original}");
        return text.Replace(original, Replacement, StringComparison.Ordinal);
    }
}

/// <summary>A known bug: the edits that bring it in, all in one project.</summary>
internal sealed record Mutant(string Name, params ImmutableArray<Edit> Edits)
{
    /// <summary>How many nodes the runs have.</summary>
    public int Nodes { get; init; } = 5;

    /// <summary>Whether it is a bug of the constant election: other nodes, other faults, other promises.</summary>
    public bool IsOfVoting { get; init; }

    /// <summary>Whether members come and go in the runs.</summary>
    public bool Changes { get; init; }

    /// <summary>Whether nodes take snapshots in the runs.</summary>
    public bool Snapshots { get; init; }

    /// <summary>The faults that the runs draw from, by name; empty for all.</summary>
    public ImmutableArray<string> Faults { get; init; } = [];

    /// <summary>How long faults go on in the runs, in virtual seconds.</summary>
    public double Seconds { get; init; } = 30;

    /// <summary>The folder of the project that is compiled anew.</summary>
    public string Project => string.Join('/', Edits[0].File.Split('/').Take(2));

    public override string ToString() => Name;
}
