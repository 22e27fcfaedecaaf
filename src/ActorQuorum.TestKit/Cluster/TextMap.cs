using System.Collections.Immutable;
using System.Text;
using ActorQuorum.StateMachines;

namespace ActorQuorum.TestKit.Cluster;

/// <summary>A small state machine for tests: <c>key=value</c> sets, <c>key</c> asks. The revision counts the commands.</summary>
internal sealed class TextMap : IStateMachine
{
    private Snapshot _state = new(ImmutableSortedDictionary<string, string>.Empty, 0);

    /// <inheritdoc/>
    public IStateView View => _state;

    /// <summary>What is stored now.</summary>
    public ImmutableSortedDictionary<string, string> Content => _state.Map;

    /// <inheritdoc/>
    public CommandResult Apply(long index, ReadOnlyMemory<byte> command)
    {
        var text = Encoding.UTF8.GetString(command.Span);
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at < 0) return new(3, $"'{text}' sets nothing", _state.Revision, ReadOnlyMemory<byte>.Empty);
        _state = new(_state.Map.SetItem(text[..at], text[(at + 1)..]), _state.Revision + 1);
        return new(0, null, _state.Revision, command);
    }

    private sealed record Snapshot(ImmutableSortedDictionary<string, string> Map, long Revision) : IStateView
    {
        public CommandResult Query(ReadOnlyMemory<byte> query)
        {
            var key = Encoding.UTF8.GetString(query.Span);
            return new(0, null, Revision, Map.TryGetValue(key, out var value) ? Encoding.UTF8.GetBytes(value) : ReadOnlyMemory<byte>.Empty);
        }
    }
}
