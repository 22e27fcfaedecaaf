using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ActorQuorum.StateMachines.Processors;

/// <summary>The processors of a node, by name. It does not change once the node has started.</summary>
/// <param name="handlers">The handlers.</param>
/// <param name="failed">Is told of a handler that failed: its name, the index of the command, and how.</param>
internal sealed class ProcessorSet(IEnumerable<KeyValuePair<string, ProcessorHandler>> handlers, Action<string, long, Exception>? failed = null)
{
    /// <summary>The most processors of a node; with the bound on a name, their names are 16 KiB at most.</summary>
    public const int CountLimit = 256;

    private readonly FrozenDictionary<string, ProcessorHandler> _handlers = handlers.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>None.</summary>
    public static ProcessorSet None { get; } = new([]);

    /// <summary>Their names, in ordinal order.</summary>
    public ImmutableArray<string> Names { get; } = [.. handlers.Select(handler => handler.Key).Order(StringComparer.Ordinal)];

    /// <summary>Whether a name stands among names in ordinal order.</summary>
    public static bool IsAmong(ImmutableArray<string> names, string name) => names.BinarySearch(name, StringComparer.Ordinal) >= 0;

    /// <summary>Why a text can be no processor's name, or null if it can.</summary>
    public static string? WhyNoName(string name) => ProcessFields.IsName(Encoding.UTF8.GetBytes(name))
        ? null
        : $"A processor's name has 1 to {ProcessFields.NameLimit} letters (a-z, A-Z), digits, '.', '_' and '-'; this is \"{name}\".";

    /// <summary>Finds a handler.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out ProcessorHandler? handler) => _handlers.TryGetValue(name, out handler);

    /// <summary>A handler failed by itself.</summary>
    public void TellFailed(string name, long index, Exception cause) => failed?.Invoke(name, index, cause);
}
