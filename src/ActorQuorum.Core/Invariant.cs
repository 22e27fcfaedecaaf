namespace ActorQuorum.Core;

/// <summary>A broken invariant: the node must stop before the error spreads.</summary>
public sealed class InvariantViolationException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which invariant, and the values that broke it.</param>
    public InvariantViolationException(string message)
        : base($"invariant broken: {message}. The node stops rather than spread the error; keep its data directory and report this.")
    {
    }
}

/// <summary>Assertions that stay on in Release.</summary>
internal static class Invariant
{
    /// <summary>Stops the node unless <paramref name="holds"/>. The message is built only when it does not.</summary>
    public static void Check(bool holds, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument(nameof(holds))] ref Message message)
    {
        if (!holds) throw new InvariantViolationException(message.ToStringAndClear());
    }

    /// <summary>Stops the node unless <paramref name="holds"/>.</summary>
    public static void Check(bool holds, string message)
    {
        if (!holds) throw new InvariantViolationException(message);
    }

    /// <summary>Formats only when the invariant is broken: a check on a hot path costs a comparison.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    internal ref struct Message
    {
        private System.Runtime.CompilerServices.DefaultInterpolatedStringHandler _inner;
        private readonly bool _isEnabled;

        public Message(int literalLength, int formattedCount, bool holds, out bool isEnabled)
        {
            isEnabled = _isEnabled = !holds;
            if (isEnabled) _inner = new(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture);
        }

        public void AppendLiteral(string text) => _inner.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _inner.AppendFormatted(value);

        public string ToStringAndClear() => _isEnabled ? _inner.ToStringAndClear() : "";
    }
}
