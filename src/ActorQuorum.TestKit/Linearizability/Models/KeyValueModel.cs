namespace ActorQuorum.TestKit.Linearizability.Models;

/// <summary>Strings by key: get, put, append, delete, compare-and-set. Each key is checked alone.</summary>
/// <param name="initial">What every key holds at first; null: it is absent.</param>
public sealed class KeyValueModel(string? initial = null) : Model<string?, KeyValueInput, KeyValueOutput>
{
    /// <inheritdoc/>
    public override string? Initial => initial;

    /// <inheritdoc/>
    public override IEqualityComparer<string?> StateComparer => StringComparer.Ordinal;

    /// <inheritdoc/>
    public override (bool IsLegal, string? Next) Step(string? state, KeyValueInput input, Outcome<KeyValueOutput> outcome)
    {
        var (next, output) = input.Kind switch
        {
            KeyValueOperation.Get => (state, KeyValueOutput.Got(state)),
            KeyValueOperation.Put => (input.Value, KeyValueOutput.Done),
            KeyValueOperation.Append => (state + input.Value, KeyValueOutput.Done),
            KeyValueOperation.Delete => (null, state is null ? KeyValueOutput.Unchanged : KeyValueOutput.Done),
            _ when state == input.Expected => (input.Value, KeyValueOutput.Done),
            _ => (state, KeyValueOutput.Unchanged),
        };
        return (outcome.Admits(output), next);
    }

    /// <inheritdoc/>
    public override bool IsReadOnly(KeyValueInput input, Outcome<KeyValueOutput> outcome) => input.Kind switch
    {
        KeyValueOperation.Get => true,
        KeyValueOperation.Delete or KeyValueOperation.CompareAndSet => outcome.IsKnown && outcome.Output == KeyValueOutput.Unchanged,
        _ => false,
    };

    /// <inheritdoc/>
    public override object? KeyOf(KeyValueInput input) => input.Key;

    /// <inheritdoc/>
    public override string Describe(KeyValueInput input, Outcome<KeyValueOutput> outcome)
    {
        var answer = !outcome.IsKnown ? "?" : outcome.Output == KeyValueOutput.Unchanged ? "unchanged" : "done";
        return input.Kind switch
        {
            KeyValueOperation.Get => $"get {input.Key} → {(outcome.IsKnown ? Show(outcome.Output.Value) : "?")}",
            KeyValueOperation.Put => $"put {input.Key} {Show(input.Value)} → {answer}",
            KeyValueOperation.Append => $"append {input.Key} {Show(input.Value)} → {answer}",
            KeyValueOperation.Delete => $"delete {input.Key} → {answer}",
            _ => $"cas {input.Key} {Show(input.Expected)} to {Show(input.Value)} → {answer}",
        };
    }

    /// <inheritdoc/>
    public override string DescribeState(string? state) => Show(state);

    private static string Show(string? value) => value is null ? "absent" : $"\"{value}\"";
}

/// <summary>What a key-value store can be asked.</summary>
public enum KeyValueOperation
{
    /// <summary>Answers the value.</summary>
    Get,

    /// <summary>Sets the value.</summary>
    Put,

    /// <summary>Sets the value to itself and more behind it; an absent one counts as empty.</summary>
    Append,

    /// <summary>Makes the key absent, and answers whether it was there.</summary>
    Delete,

    /// <summary>Sets the value if it is the expected one, and answers whether it was.</summary>
    CompareAndSet,
}

/// <summary>What a key-value store is asked.</summary>
/// <param name="Kind">The operation.</param>
/// <param name="Key">Of which key.</param>
/// <param name="Value">The value to set or append; null in a compare-and-set: to delete.</param>
/// <param name="Expected">The value that a compare-and-set expects; null: that the key is absent.</param>
public readonly record struct KeyValueInput(KeyValueOperation Kind, string Key, string? Value = null, string? Expected = null)
{
    /// <summary>Get.</summary>
    /// <param name="key">The key.</param>
    public static KeyValueInput Get(string key) => new(KeyValueOperation.Get, key);

    /// <summary>Put.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its new value.</param>
    public static KeyValueInput Put(string key, string value) => new(KeyValueOperation.Put, key, value);

    /// <summary>Append.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">What to put behind its value.</param>
    public static KeyValueInput Append(string key, string value) => new(KeyValueOperation.Append, key, value);

    /// <summary>Delete.</summary>
    /// <param name="key">The key.</param>
    public static KeyValueInput Delete(string key) => new(KeyValueOperation.Delete, key);

    /// <summary>Compare and set.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">The value expected; null: absent.</param>
    /// <param name="value">The new value; null: none, the key is deleted.</param>
    public static KeyValueInput CompareAndSet(string key, string? expected, string? value) =>
        new(KeyValueOperation.CompareAndSet, key, value, expected);
}

/// <summary>What a key-value store answers.</summary>
/// <param name="Succeeded">False for a delete that found nothing and for a compare-and-set that found another value.</param>
/// <param name="Value">What a get found; null: nothing.</param>
public readonly record struct KeyValueOutput(bool Succeeded, string? Value = null)
{
    /// <summary>A put, an append, a delete of a key that was there, a compare-and-set that found the value expected.</summary>
    public static KeyValueOutput Done => new(true);

    /// <summary>A delete that found nothing, or a compare-and-set that found another value.</summary>
    public static KeyValueOutput Unchanged => new(false);

    /// <summary>A get.</summary>
    /// <param name="value">What it found; null: nothing.</param>
    public static KeyValueOutput Got(string? value) => new(true, value);
}
