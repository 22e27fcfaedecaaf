using System.Buffers.Binary;
using System.Text;

namespace ActorQuorum.Core.Raft;

/// <summary>Reads little-endian fields that may be cut or forged: past the end it gives zeros and is no longer <see cref="IsWhole"/>.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether nothing was missing so far.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>What is left.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Whether nothing was missing and nothing is left.</summary>
    public readonly bool IsDone => IsWhole && _rest.IsEmpty;

    /// <summary>What was read makes no sense.</summary>
    public void Spoil() => IsWhole = false;

    public byte Byte() => Take(1) is { IsEmpty: false } field ? field[0] : (byte)0;

    public ushort UInt16() => Take(2) is { IsEmpty: false } field ? BinaryPrimitives.ReadUInt16LittleEndian(field) : (ushort)0;

    public ulong UInt64() => Take(8) is { IsEmpty: false } field ? BinaryPrimitives.ReadUInt64LittleEndian(field) : 0;

    /// <summary>A number that is never negative.</summary>
    public long Natural()
    {
        var value = (long)UInt64();
        if (value >= 0) return value;
        Spoil();
        return 0;
    }

    /// <summary>A time in milliseconds, no longer than a year.</summary>
    public TimeSpan Milliseconds()
    {
        var value = Natural();
        if (value <= (long)TimeSpan.FromDays(365).TotalMilliseconds) return TimeSpan.FromMilliseconds(value);
        Spoil();
        return TimeSpan.Zero;
    }

    /// <summary>A text of at most <paramref name="sizeBytes"/>, behind its length.</summary>
    public string Text(int sizeBytes)
    {
        var length = UInt16();
        if (length <= sizeBytes) return Encoding.UTF8.GetString(Take(length));
        Spoil();
        return "";
    }

    /// <summary>The next bytes; empty if there are fewer.</summary>
    public ReadOnlySpan<byte> Take(int length)
    {
        if (!IsWhole || _rest.Length < length)
        {
            Spoil();
            return [];
        }

        var field = _rest[..length];
        _rest = _rest[length..];
        return field;
    }
}
