namespace ActorQuorum.TestKit.Linearizability.Models;

/// <summary>A register: read, write, compare-and-set. Null until it is written.</summary>
public sealed class RegisterModel : Model<long?, RegisterInput, RegisterOutput>
{
    /// <inheritdoc/>
    public override long? Initial => null;

    /// <inheritdoc/>
    public override (bool IsLegal, long? Next) Step(long? state, RegisterInput input, Outcome<RegisterOutput> outcome)
    {
        var (next, output) = input.Kind switch
        {
            RegisterOperation.Read => (state, RegisterOutput.Read(state)),
            RegisterOperation.Write => (input.Value, RegisterOutput.Done),
            _ when state == input.Expected => (input.Value, RegisterOutput.Done),
            _ => (state, RegisterOutput.Unchanged),
        };
        return (outcome.Admits(output), next);
    }

    /// <inheritdoc/>
    public override bool IsReadOnly(RegisterInput input, Outcome<RegisterOutput> outcome) => input.Kind switch
    {
        RegisterOperation.Read => true,
        RegisterOperation.Write => false,
        _ => outcome.IsKnown && outcome.Output == RegisterOutput.Unchanged,
    };

    /// <inheritdoc/>
    public override string Describe(RegisterInput input, Outcome<RegisterOutput> outcome)
    {
        var answer = !outcome.IsKnown ? "?" : outcome.Output == RegisterOutput.Unchanged ? "unchanged" : "done";
        return input.Kind switch
        {
            RegisterOperation.Read => $"read → {(outcome.IsKnown ? Show(outcome.Output.Value) : "?")}",
            RegisterOperation.Write => $"write {Show(input.Value)} → {answer}",
            _ => $"cas {Show(input.Expected)} to {Show(input.Value)} → {answer}",
        };
    }

    /// <inheritdoc/>
    public override string DescribeState(long? state) => Show(state);

    private static string Show(long? value) => value?.ToString() ?? "nil";
}

/// <summary>What a register can be asked.</summary>
public enum RegisterOperation
{
    /// <summary>Answers the value.</summary>
    Read,

    /// <summary>Sets the value.</summary>
    Write,

    /// <summary>Sets the value if it is the expected one, and answers whether it was.</summary>
    CompareAndSet,
}

/// <summary>What a register is asked.</summary>
/// <param name="Kind">The operation.</param>
/// <param name="Value">The value to set.</param>
/// <param name="Expected">The value that a compare-and-set expects.</param>
public readonly record struct RegisterInput(RegisterOperation Kind, long? Value = null, long? Expected = null)
{
    /// <summary>Read.</summary>
    public static RegisterInput Read => new(RegisterOperation.Read);

    /// <summary>Write.</summary>
    /// <param name="value">The new value.</param>
    public static RegisterInput Write(long? value) => new(RegisterOperation.Write, value);

    /// <summary>Compare and set.</summary>
    /// <param name="expected">The value expected.</param>
    /// <param name="value">The new value.</param>
    public static RegisterInput CompareAndSet(long? expected, long? value) => new(RegisterOperation.CompareAndSet, value, expected);
}

/// <summary>What a register answers.</summary>
/// <param name="Succeeded">False only for a compare-and-set that found another value.</param>
/// <param name="Value">The value that was read.</param>
public readonly record struct RegisterOutput(bool Succeeded, long? Value = null)
{
    /// <summary>A write, or a compare-and-set that found the value expected.</summary>
    public static RegisterOutput Done => new(true);

    /// <summary>A compare-and-set that found another value.</summary>
    public static RegisterOutput Unchanged => new(false);

    /// <summary>A read.</summary>
    /// <param name="value">What it read.</param>
    public static RegisterOutput Read(long? value) => new(true, value);
}
