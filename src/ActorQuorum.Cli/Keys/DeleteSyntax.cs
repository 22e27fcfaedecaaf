using System.CommandLine;
using ActorQuorum.StateMachines.Etcd;

namespace ActorQuorum.Cli.Keys;

/// <summary>The words of <c>del</c>, on the command line and within a transaction.</summary>
internal sealed class DeleteSyntax
{
    private readonly SpanSyntax _span = new();
    private readonly Option<bool> _previous = new("--prev-kv") { Description = "Print the deleted keys and values." };

    public void AddTo(Command command)
    {
        _span.AddTo(command);
        command.Add(_previous);
    }

    public DeleteRangeRequest Read(ParseResult parsed, Keyspace keys)
    {
        var (first, end) = _span.Read(parsed, keys);
        return new() { Key = first, RangeEnd = end, PrevKv = parsed.GetValue(_previous) };
    }
}
