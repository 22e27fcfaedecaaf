using System.Text;
using ActorQuorum.TestKit.Linearizability.Reporting;

namespace ActorQuorum.TestKit.Linearizability;

/// <summary>What the checker found. As text (<see cref="ToString"/>) or as a picture (<see cref="ToHtml"/>).</summary>
public sealed class LinearizabilityResult
{
    private readonly string? _givenUp;

    internal LinearizabilityResult(Verdict verdict, long steps, string? givenUp, Counterexample? counterexample) =>
        (Verdict, Steps, _givenUp, Counterexample) = (verdict, steps, givenUp, counterexample);

    /// <summary>What was found.</summary>
    public Verdict Verdict { get; }

    /// <summary>Whether the history was shown to be linearizable.</summary>
    public bool IsLinearizable => Verdict == Verdict.Linearizable;

    /// <summary>The steps of the model that the verdict took.</summary>
    public long Steps { get; }

    /// <summary>Where a history is not linearizable: why.</summary>
    public Counterexample? Counterexample { get; }

    /// <summary>The verdict in a sentence or two; where the history is not linearizable, with the shortest prefix that shows it.</summary>
    public override string ToString() => Verdict switch
    {
        Verdict.Linearizable => "The history is linearizable.",
        Verdict.GivenUp => _givenUp!,
        _ => TextReport.Of(Counterexample!),
    };

    /// <summary>A page that needs nothing else: the verdict and, where there is a counterexample, a picture of it.</summary>
    public string ToHtml() => HtmlReport.Of(this);

    /// <summary>Writes <see cref="ToHtml"/> into a file, over what was there.</summary>
    /// <param name="path">The file; its directory must exist.</param>
    public void WriteHtml(string path) => File.WriteAllText(path, ToHtml(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
}
