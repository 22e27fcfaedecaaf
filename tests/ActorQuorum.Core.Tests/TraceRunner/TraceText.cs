using System.Text;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>The words of a trace for what goes in and out of a core. <c>index:term</c> names an entry: Raft §5.3, log matching.</summary>
internal sealed class TraceText(Func<MemberId, string> nameOf, Func<int> founders)
{
    /// <summary>What <see cref="Kind"/> may say.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "request-pre-vote", "request-vote", "pre-vote granted", "pre-vote denied", "vote granted", "vote denied",
        "append", "append accepted", "append refused", "heartbeat", "heartbeat heard", "timeout-now", "introduction",
    ];

    public string Message(RaftMessage message) => message switch
    {
        RequestVote m => $"{Kind(m)} term={m.Term} last={m.LastLogIndex}:{m.LastLogTerm}{(m.IsTransfer ? " handed-over" : "")}",
        RequestVoteReply m => $"{Kind(m)} term={m.Term}{(m.RequestTerm == m.Term ? "" : $" asked={m.RequestTerm}")}",
        AppendEntries m =>
            $"{Kind(m)} term={m.Term} after={m.PreviousIndex}:{m.PreviousTerm} entries=({Names(m.Entries)}) commit={m.CommitIndex}",
        AppendEntriesReply { IsSuccess: true } m => $"{Kind(m)} term={m.Term} match={m.MatchIndex}{Unproven(m.IsProven)}",
        AppendEntriesReply m => $"{Kind(m)} term={m.Term} after={m.MatchIndex} hint={m.HintIndex}:{m.HintTerm}{Unproven(m.IsProven)}",
        Heartbeat m => $"{Kind(m)} term={m.Term} commit={m.CommitIndex} round={m.Round}",
        HeartbeatReply m => $"{Kind(m)} term={m.Term} round={m.Round}{Unproven(m.IsProven)}",
        TimeoutNow m => $"{Kind(m)} term={m.Term}",
        Introduction m => $"{Kind(m)} incarnation={m.Incarnation} {Phase(m.Phase)} view=({View(m.View)})",
        _ => Kind(message),
    };

    /// <summary>The first words of a message.</summary>
    public static string Kind(RaftMessage message) => message switch
    {
        RequestVote m => m.IsPreVote ? "request-pre-vote" : "request-vote",
        RequestVoteReply m => $"{(m.IsPreVote ? "pre-vote" : "vote")} {(m.IsGranted ? "granted" : "denied")}",
        AppendEntries => "append",
        AppendEntriesReply m => m.IsSuccess ? "append accepted" : "append refused",
        Heartbeat => "heartbeat",
        HeartbeatReply => "heartbeat heard",
        TimeoutNow => "timeout-now",
        Introduction => "introduction",
        _ => throw new TraceException($"no words for a message {message.GetType().Name}"),
    };

    public string RoleChange(RoleChange change) => $"becomes {Role(change.To)} {Of(change)}: {Cause(change)}";

    public string Vote(MemberId id) => id.IsNone ? "-" : nameOf(id);

    public string Members(IEnumerable<MemberId> ids) => string.Join(' ', ids.Select(nameOf));

    /// <summary>Term, vote and identity, as far as they changed.</summary>
    public string State(HardState state, HardState before)
    {
        var words = new List<string>();
        if (state.Term != before.Term || state.Vote != before.Vote) words.Add($"term={state.Term} vote={Vote(state.Vote)}");
        if (!state.Founding.AsSpan().SequenceEqual(before.Founding.AsSpan())) words.Add($"founding=({View(state.Founding)})");
        if (state.Proven && !before.Proven) words.Add("proven");
        return string.Join(' ', words);
    }

    /// <summary>Entries by their names, runs of one term drawn together: <c>1-3:1 4:2</c>.</summary>
    public static string Names(IEnumerable<Entry> entries) => Runs(entries, _ => null);

    /// <summary>What a disk gives back, but for the vote.</summary>
    public static string Durable(long term, IEnumerable<Entry> entries) => $"term={term} log=({Names(entries)})";

    /// <summary>Entries by name and content.</summary>
    public string Contents(IEnumerable<Entry> entries) => Runs(entries, Content);

    public static string Role(Role role) => role == Core.Raft.Role.PreCandidate ? "pre-candidate" : role.ToString().ToLowerInvariant();

    private static string Of(RoleChange change) =>
        change.To == Core.Raft.Role.Leader ? $"of term {change.Term}" : $"in term {change.Term}";

    private string Cause(RoleChange change) => change.Cause switch
    {
        RoleCause.LeaderSilent => "no leader heard",
        RoleCause.PreVotesWon => $"pre-votes of {Members(change.Votes)}",
        RoleCause.VotesWon => $"votes of {Members(change.Votes)}",
        RoleCause.ElectionLost => "election lost",
        RoleCause.HigherTerm => $"higher term of {nameOf(change.Other)}",
        RoleCause.LeaderHeard => $"{nameOf(change.Leader)} leads",
        RoleCause.QuorumLost => "no quorum heard",
        RoleCause.HandedOver => "leadership handed over",
        RoleCause.Detached => "no longer a member",
        _ => throw new TraceException($"no words for {change.Cause}"),
    };

    private string View(IEnumerable<Member> view) => string.Join(' ', view.Select(m => $"{nameOf(m.Id)}={m.Incarnation}"));

    private string? Content(Entry entry) => entry.Kind switch
    {
        EntryKind.Noop => "no-op",
        EntryKind.Configuration => Bindings(Membership.Decode(entry.Payload.Span)),
        _ => entry.Payload.IsEmpty ? null : Encoding.UTF8.GetString(entry.Payload.Span),
    };

    /// <summary>What a node holds: its snapshot, if it has one, and the entries behind the log's base.</summary>
    public static string Log(SnapshotMark snapshot, IEnumerable<Entry> entries) =>
        $"{(snapshot.Index == 0 ? "" : $"snapshot={snapshot.Index}:{snapshot.Term} ")}log=({Names(entries)})";

    /// <summary>Who votes, by which majorities, and who learns.</summary>
    public string Configuration(Membership membership)
    {
        var learners = membership.Learners.Select(m => nameOf(m.Id) + (m.IsPending ? "?" : "")).ToList();
        return (membership.IsJoint ? $"outgoing=({Members(membership.Outgoing.Select(v => v.Id))}) " : "")
            + $"voters=({Members(membership.Voters.Select(v => v.Id))})"
            + (learners.Count == 0 ? "" : $" learners=({string.Join(' ', learners)})");
    }

    /// <summary>Only the members that came back with another data directory are told, and those that the founders do not know.</summary>
    private string Bindings(Membership membership)
    {
        var isFounding = !membership.IsJoint && membership.Members.All(m => m.IsVoter)
            && membership.Voters.Select(v => (int)v.Id.Value).SequenceEqual(Enumerable.Range(1, founders()));
        if (!isFounding) return Configuration(membership);
        var rebound = membership.Voters.Where(m => m.Incarnation != CoreCluster.IncarnationOf((int)m.Id.Value)).ToList();
        return rebound.Count == 0 ? "founders" : $"binds {View(rebound)}";
    }

    private static string Runs(IEnumerable<Entry> entries, Func<Entry, string?> content)
    {
        var runs = new List<(long First, long Last, long Term, string? Content)>();
        foreach (var entry in entries)
        {
            var text = content(entry);
            var continues = runs.Count > 0 && runs[^1].Term == entry.Term && runs[^1].Content is null && text is null;
            if (continues) runs[^1] = runs[^1] with { Last = entry.Index };
            else runs.Add((entry.Index, entry.Index, entry.Term, text));
        }

        return string.Join(' ', runs.Select(r =>
            $"{r.First}{(r.First == r.Last ? "" : $"-{r.Last}")}:{r.Term}{(r.Content is null ? "" : $"({r.Content})")}"));
    }

    private static string Unproven(bool isProven) => isProven ? "" : " unproven";

    private static string Phase(FoundingPhase phase) => phase.ToString().ToLowerInvariant();
}
