using System.CommandLine.Parsing;
using ActorQuorum.Cli.Client;
using Google.Protobuf;

namespace ActorQuorum.Cli.Keys;

/// <summary>
/// A namespace of keys. The default one is the bare keyspace below the byte 255, so that etcd's clients and this command mean the same key by
/// the same name; every other one lies behind that byte, where no text key can be, and so outside every range of the default one.
/// </summary>
internal sealed class Keyspace
{
    public const string DefaultName = "default";

    // UTF-8 never holds this byte: no key that is text begins with it, and it sorts behind them all.
    private const byte Reserved = byte.MaxValue;
    private const byte NameEnd = (byte)'/';
    private const int LongestName = 64;

    private static readonly ByteString FirstKey = ByteString.CopyFrom(0);
    private static readonly ByteString EndOfDefault = ByteString.CopyFrom(Reserved);

    private readonly ByteString _prefix;

    private Keyspace(ByteString prefix) => _prefix = prefix;

    public static Keyspace Default { get; } = new(ByteString.Empty);

    private bool IsDefault => _prefix.IsEmpty;

    /// <summary>Every key of this namespace lies below it.</summary>
    private ByteString End => IsDefault ? EndOfDefault : KeyRange.EndOfPrefix(_prefix);

    public static Keyspace Named(string name) => name == DefaultName
        ? Default
        : new(ByteString.CopyFrom([Reserved, .. System.Text.Encoding.ASCII.GetBytes(name), NameEnd]));

    /// <summary>Reads <c>--namespace</c>.</summary>
    public static Keyspace Parse(ArgumentResult result)
    {
        var name = result.Tokens[0].Value;
        if (name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) return Named(name);
        result.AddError($"--namespace '{name}': a name has 1 to {LongestName} letters, digits, dots, dashes and underscores.");
        return Default;
    }

    /// <summary>The key as the cluster holds it.</summary>
    public ByteString Stored(string key) => IsDefault ? ByteString.CopyFromUtf8(key) : Join(key);

    /// <summary>The key as its user knows it.</summary>
    public ByteString Shown(ByteString stored) => stored.Span.StartsWith(_prefix.Span) ? ByteString.CopyFrom(stored.Span[_prefix.Length..]) : stored;

    /// <summary>The range of the cluster's keys that the words of a command mean.</summary>
    public (ByteString First, ByteString End) Range(string key, string? end, bool isPrefix, bool isFromKey) => (end, isPrefix, isFromKey) switch
    {
        (null, false, false) => (Stored(NotEmpty(key)), ByteString.Empty),
        ("", false, false) => throw new CommandFailedException(ExitCode.Usage, "RANGE_END is empty: leave it out for one key, or give --from-key for all from KEY on."),
        (not null, false, false) => (FirstAtLeast(key), Stored(end)),
        (null, true, false) => key.Length == 0 ? (FirstAtLeast(key), End) : (Stored(key), KeyRange.EndOfPrefix(Stored(key))),
        (null, false, true) => (FirstAtLeast(key), End),
        _ => throw new CommandFailedException(ExitCode.Usage, "give one of RANGE_END, --prefix and --from-key, not two."),
    };

    /// <summary>The API takes no empty key: all keys are those from the first possible one, a zero byte, on.</summary>
    private ByteString FirstAtLeast(string key) => key.Length == 0 && IsDefault ? FirstKey : Stored(key);

    private static string NotEmpty(string key) =>
        key.Length > 0 ? key : throw new CommandFailedException(ExitCode.Usage, "KEY is empty: give a key, or --prefix for all keys.");

    private ByteString Join(string key) => ByteString.CopyFrom([.. _prefix.Span, .. System.Text.Encoding.UTF8.GetBytes(key)]);
}
