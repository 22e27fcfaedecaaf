using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>Reports what each turn of each node brought: first what changed, then what leaves at once, then work for the disk.</summary>
internal sealed class TraceObserver
{
    private readonly Dictionary<CoreNode, Seen> _seen = [];
    private readonly TraceReport _report;
    private readonly TraceText _text;
    private readonly Func<MemberId, string> _nameOf;
    private readonly List<RaftMessage> _sent = [];

    public TraceObserver(CoreCluster cluster, TraceReport report, TraceText text, Func<MemberId, string> nameOf)
    {
        _report = report;
        _text = text;
        _nameOf = nameOf;
        cluster.WatchSent = (_, message) => _sent.Add(message);
        cluster.Watch = TurnEnded;
        cluster.WatchInstalled = Installed;
    }

    /// <summary>Whether a node's disk is driven by hand: then its work is numbered, and what rides on it is shown with it.</summary>
    public required Func<CoreNode, bool> IsDiskManual { get; init; }

    /// <summary>Reports messages that left since the last report.</summary>
    public void ReportSent()
    {
        foreach (var message in _sent) _report.Detail($"sends {_nameOf(message.To)}: {_text.Message(message)}");
        _sent.Clear();
    }

    public string Work(CoreNode node, Persist persist)
    {
        var words = new List<string>();
        if (persist.State is { } state) words.Add(_text.State(state, node.State));
        if (persist.Base is { } begin) words.Add($"{(begin.IsReset ? "replaced-by" : "compact-to")}={begin.Index}:{begin.Term}");
        if (persist.TruncateFrom > 0) words.Add($"truncate={persist.TruncateFrom}");
        if (!persist.Entries.IsEmpty) words.Add($"entries=({TraceText.Names(persist.Entries)})");
        return words.Count == 0 ? "nothing new" : string.Join(' ', words);
    }

    private void TurnEnded(CoreNode node)
    {
        if (!_seen.TryGetValue(node, out var seen)) _seen[node] = seen = new() { Applied = (int)node.Snapshot.Index, CommitIndex = node.Snapshot.Index };
        var name = _nameOf(node.Id);
        foreach (var headline in Headlines(node, seen)) _report.Headline(name, headline);
        ReportSent();
        ReportPersist(node, seen);
        seen.RoleChanges = node.RoleChanges.Count;
        seen.Accepted = node.Accepted.Count;
        seen.Refused = node.Refused.Count;
        seen.Reads = node.Reads.Count;
        seen.Applied = node.Applied.Count;
        seen.CommitIndex = node.CommitIndex;
        seen.Configurations = node.Configurations.Count;
        seen.ChangesDone = node.ChangesDone.Count;
        seen.ChangesRefused = node.ChangesRefused.Count;
        seen.Transfers = node.Transfers.Count;
    }

    /// <summary>What a snapshot holds is not told entry by entry.</summary>
    private void Installed(CoreNode node)
    {
        _report.Headline(_nameOf(node.Id), $"installs the snapshot up to {node.Snapshot.Index}:{node.Snapshot.Term}");
        if (!_seen.TryGetValue(node, out var seen)) _seen[node] = seen = new();
        (seen.Applied, seen.CommitIndex) = (node.Applied.Count, node.Snapshot.Index);
    }

    private IEnumerable<string> Headlines(CoreNode node, Seen seen)
    {
        foreach (var change in node.RoleChanges.Skip(seen.RoleChanges)) yield return _text.RoleChange(change);
        foreach (var taken in node.Accepted.Skip(seen.Accepted))
            yield return $"takes request {taken.RequestId} as {taken.Index}:{taken.Term}";
        foreach (var id in node.Refused.Skip(seen.Refused)) yield return $"refuses request {id}";
        foreach (var refused in node.ChangesRefused.Skip(seen.ChangesRefused)) yield return $"refuses request {refused.RequestId}: {refused.Text}";
        foreach (var configuration in Changed(node, seen)) yield return $"uses {configuration}";
        var commit = node.CommitIndex;
        if (commit > seen.CommitIndex) yield return $"commits up to {commit}:{node.Core.Log.TermAt(commit)}";
        foreach (var read in node.Reads.Skip(seen.Reads))
            yield return $"confirms request {string.Join(' ', read.RequestIds)} at index {read.Index}";
        foreach (var done in node.ChangesDone.Skip(seen.ChangesDone)) yield return $"has done request {done.RequestId}";
        foreach (var to in node.Transfers.Skip(seen.Transfers)) yield return $"wants a snapshot for {_nameOf(to)}";
        if (node.Applied.Count > seen.Applied) yield return $"applies {_text.Contents(node.Applied.Skip(seen.Applied))}";
    }

    /// <summary>Configurations that set in: by the words they have, as one bound anew or committed is the same to a quorum.</summary>
    private IEnumerable<string> Changed(CoreNode node, Seen seen)
    {
        foreach (var configuration in node.Configurations.Skip(seen.Configurations))
        {
            var words = _text.Configuration(configuration.Latest);
            if (seen.Configuration is not null && words != seen.Configuration) yield return words;
            seen.Configuration = words;
        }
    }

    private void ReportPersist(CoreNode node, Seen seen)
    {
        if (node.Disk.LastOrDefault() is not { } persist || persist.Sequence <= seen.Sequence) return;
        seen.Sequence = persist.Sequence;
        if (!IsDiskManual(node))
        {
            _report.Detail($"persists {Work(node, persist)}");
            return;
        }

        _report.Detail($"hands disk #{persist.Sequence}: {Work(node, persist)}");
        foreach (var message in persist.OnceDurable) _report.Detail($"  then sends {_nameOf(message.To)}: {_text.Message(message)}");
    }

    /// <summary>How much of a node's history was reported.</summary>
    private sealed class Seen
    {
        public int RoleChanges { get; set; }

        public int Accepted { get; set; }

        public int Refused { get; set; }

        public int Reads { get; set; }

        public int Applied { get; set; }

        public int Configurations { get; set; }

        public string? Configuration { get; set; }

        public int ChangesDone { get; set; }

        public int ChangesRefused { get; set; }

        public int Transfers { get; set; }

        public long CommitIndex { get; set; }

        public long Sequence { get; set; }
    }
}
