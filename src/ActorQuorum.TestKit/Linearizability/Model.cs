namespace ActorQuorum.TestKit.Linearizability;

/// <summary>
/// A sequential object: what it holds at first, and what each operation answers and leaves behind. The checker compares a concurrent
/// history with it. States are values: <see cref="Step"/> never changes one, it makes the next.
/// </summary>
/// <typeparam name="TState">What the object holds.</typeparam>
/// <typeparam name="TInput">What an operation asks.</typeparam>
/// <typeparam name="TOutput">What an operation answers.</typeparam>
public abstract class Model<TState, TInput, TOutput>
    where TInput : notnull
{
    /// <summary>The state before the first operation.</summary>
    public abstract TState Initial { get; }

    /// <summary>When two states are the same. Without equality the check stays right and becomes slow.</summary>
    public virtual IEqualityComparer<TState> StateComparer => EqualityComparer<TState>.Default;

    /// <summary>
    /// Whether the operation may answer this in this state, and the state after it. With an unknown outcome any answer is right
    /// (<see cref="Outcome{TOutput}.Admits"/>). Deterministic: the same arguments give the same transition.
    /// </summary>
    /// <param name="state">The state before.</param>
    /// <param name="input">What was asked.</param>
    /// <param name="outcome">What was answered, if that is known.</param>
    /// <returns>Whether the answer is right, and, where it is, the next state.</returns>
    public abstract (bool IsLegal, TState Next) Step(TState state, TInput input, Outcome<TOutput> outcome);

    /// <summary>
    /// Whether this operation, with this outcome, leaves every state as it is in which it is legal. A hint: such operations are placed as
    /// soon as they fit, without trying other orders. False is always right; true for an operation that changes a state is not.
    /// </summary>
    /// <param name="input">What was asked.</param>
    /// <param name="outcome">What was answered, if that is known.</param>
    public virtual bool IsReadOnly(TInput input, Outcome<TOutput> outcome) => false;

    /// <summary>
    /// The independent part of the object that the operation touches (Horn and Kroening 2015, P-compositionality): each part begins with
    /// <see cref="Initial"/> and is checked alone. Null: there is but one.
    /// </summary>
    /// <param name="input">What was asked.</param>
    public virtual object? KeyOf(TInput input) => null;

    /// <summary>The operation as a reader wants to see it.</summary>
    /// <param name="input">What was asked.</param>
    /// <param name="outcome">What was answered, if that is known.</param>
    public virtual string Describe(TInput input, Outcome<TOutput> outcome) => $"{input} → {outcome}";

    /// <summary>A state as a reader wants to see it.</summary>
    /// <param name="state">The state.</param>
    public virtual string DescribeState(TState state) => state?.ToString() ?? "null";
}
