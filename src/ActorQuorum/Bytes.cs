using System.Text;

namespace ActorQuorum;

/// <summary>A key, a value or a payload: bytes. A text converts to them as UTF-8, and back with <see cref="ToString"/>.</summary>
public readonly struct Bytes : IEquatable<Bytes>
{
    /// <summary>Takes bytes as they are; the caller does not change them afterwards.</summary>
    /// <param name="memory">The bytes.</param>
    public Bytes(ReadOnlyMemory<byte> memory) => Memory = memory;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>How many there are.</summary>
    public int Length => Memory.Length;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => Memory.IsEmpty;

    /// <summary>The text's UTF-8.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator Bytes(string text) => FromString(text);

    /// <summary>The array's bytes, not copied.</summary>
    /// <param name="array">The array.</param>
    public static implicit operator Bytes(byte[] array) => new(array);

    /// <summary>The memory's bytes, not copied.</summary>
    /// <param name="memory">The memory.</param>
    public static implicit operator Bytes(ReadOnlyMemory<byte> memory) => new(memory);

    /// <summary>Whether both hold the same bytes.</summary>
    /// <param name="left">The one.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Bytes left, Bytes right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    /// <param name="left">The one.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(Bytes left, Bytes right) => !left.Equals(right);

    /// <summary>The text's UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its bytes.</returns>
    public static Bytes FromString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>A copy.</summary>
    /// <returns>An array of its own.</returns>
    public byte[] ToArray() => Memory.ToArray();

    /// <inheritdoc/>
    public bool Equals(Bytes other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Bytes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>The bytes as UTF-8 text; what is none becomes �.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
