using System.CommandLine;
using ActorQuorum.StateMachines.Etcd;

namespace ActorQuorum.Cli.Keys;

/// <summary>The words of <c>get</c>, on the command line and within a transaction.</summary>
internal sealed class RangeSyntax
{
    private static readonly Dictionary<string, RangeRequest.Types.SortTarget> Targets = new()
    {
        ["key"] = RangeRequest.Types.SortTarget.Key,
        ["version"] = RangeRequest.Types.SortTarget.Version,
        ["create"] = RangeRequest.Types.SortTarget.Create,
        ["modify"] = RangeRequest.Types.SortTarget.Mod,
        ["value"] = RangeRequest.Types.SortTarget.Value,
    };

    private readonly SpanSyntax _span = new();
    private readonly Option<long> _limit = new("--limit") { Description = "At most N keys.", HelpName = "N" };
    private readonly Option<long> _revision = new("--rev") { Description = "As of this revision of the store.", HelpName = "REVISION" };
    private readonly Option<string?> _sortBy = new("--sort-by") { Description = "What to sort by [default: key]." };
    private readonly Option<string?> _order = new("--order") { Description = "How to sort [default: ascend]." };
    private readonly Option<bool> _keysOnly = new("--keys-only") { Description = "Without values." };
    private readonly Option<bool> _countOnly = new("--count-only") { Description = "Only how many keys there are." };
    private readonly Option<bool> _serializable = new("--serializable")
    {
        Description = "The asked node's own state, at once: may be stale, but needs no quorum.",
    };

    public RangeSyntax()
    {
        _sortBy.AcceptOnlyFromAmong([.. Targets.Keys]);
        _order.AcceptOnlyFromAmong("ascend", "descend");
    }

    public void AddTo(Command command)
    {
        _span.AddTo(command);
        foreach (var option in (Option[])[_limit, _revision, _sortBy, _order, _keysOnly, _countOnly, _serializable]) command.Add(option);
    }

    public RangeRequest Read(ParseResult parsed, Keyspace keys)
    {
        var (first, end) = _span.Read(parsed, keys);
        var request = new RangeRequest
        {
            Key = first,
            RangeEnd = end,
            Limit = parsed.GetValue(_limit),
            Revision = parsed.GetValue(_revision),
            KeysOnly = parsed.GetValue(_keysOnly),
            CountOnly = parsed.GetValue(_countOnly),
            Serializable = parsed.GetValue(_serializable),
        };
        if (parsed.GetValue(_sortBy) is { } target) request.SortTarget = Targets[target];
        request.SortOrder = parsed.GetValue(_order) switch
        {
            "descend" => RangeRequest.Types.SortOrder.Descend,
            "ascend" => RangeRequest.Types.SortOrder.Ascend,
            _ => parsed.GetValue(_sortBy) is null or "key" ? RangeRequest.Types.SortOrder.None : RangeRequest.Types.SortOrder.Ascend,
        };
        return request;
    }
}
