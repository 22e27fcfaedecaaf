namespace ActorQuorum.TestKit.Linearizability;

/// <summary>What a client learned of its operation: the output, or nothing (time-out, broken connection, end of the test).</summary>
/// <typeparam name="TOutput">What an operation answers.</typeparam>
public readonly record struct Outcome<TOutput>
{
    private readonly TOutput? _output;

    /// <summary>A known outcome.</summary>
    /// <param name="output">What the operation answered.</param>
    public Outcome(TOutput output) => (_output, IsKnown) = (output, true);

    /// <summary>Whether the client got an answer.</summary>
    public bool IsKnown { get; }

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">The outcome is unknown.</exception>
    public TOutput Output => IsKnown ? _output! : throw new InvalidOperationException("The outcome is unknown: ask IsKnown first.");

    /// <summary>Whether the operation may have answered this: it did, or nobody knows what it answered.</summary>
    /// <param name="output">What the model says that the operation answers.</param>
    public bool Admits(TOutput output) => !IsKnown || EqualityComparer<TOutput>.Default.Equals(_output, output);

    /// <inheritdoc/>
    public override string ToString() => IsKnown ? _output?.ToString() ?? "null" : "?";
}
