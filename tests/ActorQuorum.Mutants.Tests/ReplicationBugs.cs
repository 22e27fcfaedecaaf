using System.Collections.Immutable;
using Xunit.Abstractions;

namespace ActorQuorum.Mutants.Tests;

/// <summary>Bugs of the log, its commitment and its acknowledgement.</summary>
public sealed class ReplicationBugs(ITestOutputHelper output) : KnownBugs(output)
{
    private const string Core = "src/ActorQuorum.Core/Raft/RaftCore.cs";
    private const string Commitment = "src/ActorQuorum.Core/Raft/RaftCore.Commitment.cs";
    private const string Leadership = "src/ActorQuorum.Core/Raft/RaftCore.Leadership.cs";
    private const string Log = "src/ActorQuorum.Core/Raft/RaftLog.cs";
    private const string Progress = "src/ActorQuorum.Core/Raft/Progress.cs";
    private const string Replication = "src/ActorQuorum.Core/Raft/RaftCore.Replication.cs";

    /// <summary>What leaves logs behind that end otherwise than the leader's.</summary>
    private static readonly ImmutableArray<string> s_staleLogs = ["Partition", "Crash"];

    private static readonly ImmutableArray<Mutant> All =
    [
        new("old-term entry committed by counting", new Edit(Commitment, "index > CommitIndex && _log.TermAt(index) == Term", "index > CommitIndex")),
        new("leader counts itself before its fsync", new Edit(Commitment, "return _log.DurableIndex;", "return _log.LastIndex;")),
        new("acknowledgement before fsync", new Edit(Replication, "if (_verifiedIndex <= _log.DurableIndex) Send(reply);\n            else SendOnceDurable(reply);", "Send(reply);")),
        new Mutant("acknowledgement of entries that were not verified", new Edit(
            Replication, "_verifiedIndex = Math.Max(_verifiedIndex, last);", "_verifiedIndex = _log.LastIndex;")) with { Faults = s_staleLogs },
        new("conflicting entry kept", new Edit(Replication, "if (entry.Index <= _log.LastIndex) Truncate(entry.Index);", "if (entry.Index <= _log.LastIndex) continue;")),

        // Overwritten in place, with what follows it kept: on the disk, too, so that only the logs' contents tell.
        new("conflicting entry overwritten, its successors kept", new Edit(
            Replication,
            "            if (entry.Index <= _log.LastIndex) Truncate(entry.Index);\n            _log.Append(entry);",
            "            var kept = new List<Entry>();\n"
            + "            for (var index = entry.Index + 1; index <= _log.LastIndex; index++)\n"
            + "                if (_log.TermAt(index) >= entry.Term) kept.Add(_log[index]); else kept.Add(_log[index] with { Term = entry.Term });\n"
            + "            if (entry.Index <= _log.LastIndex) Truncate(entry.Index);\n            _log.Append(entry);\n"
            + "            foreach (var old in kept) _log.Append(old);")),
        new("truncation not told to the disk", new Edit(Log, "            _truncatedFrom = index;\n", "")),
        new Mutant("commit index beyond the last matching entry", new Edit(
            Replication, "Commit(Math.Min(append.CommitIndex, last));", "Commit(Math.Min(append.CommitIndex, _log.LastIndex));")) with { Faults = s_staleLogs },

        // Alone each half is masked by the other: the leader names no more than the follower acknowledged.
        new("heartbeat commits what is not verified",
            new Edit(Leadership, "Math.Min(CommitIndex, follower.MatchIndex)", "CommitIndex"),
            new Edit(Leadership, "Commit(Math.Min(heartbeat.CommitIndex, _verifiedIndex));", "Commit(Math.Min(heartbeat.CommitIndex, _log.LastIndex));")),
        new("stale storage acknowledgement counted", new Edit(Log, "if (generation == Generation) DurableIndex", "DurableIndex")),
        new("applied before it is durable", new Edit(
            Core, "Math.Min(Math.Min(CommitIndex, _log.DurableIndex), AppliedIndex", "Math.Min(CommitIndex, AppliedIndex")),
        new("entries of a stale leader taken", new Edit(Replication, "if (append.Term < Term)", "if (append.Term < 0)")),
        new("previous entry not compared", new Edit(Replication, "if (!_log.Matches(append.PreviousIndex, append.PreviousTerm))", "if (append.PreviousIndex > _log.LastIndex)")),
        new("previous entry's term not compared", new Edit(Log, "index <= LastIndex && TermAt(index) == term", "index <= LastIndex")),
        new("entries that match already truncated", new Edit(
            Replication, "            if (_log.Matches(entry.Index, entry.Term)) continue;\n            if (entry.Index <= _log.LastIndex) Truncate(entry.Index);",
            "            if (_log.Matches(entry.Index, entry.Term) && entry.Index <= CommitIndex) continue;\n            if (entry.Index <= _log.LastIndex) Truncate(entry.Index);")),
        new("what was sent taken for what arrived", new Edit(
            Progress, "        NextIndex = lastIndex + 1;\n        _underWay.Enqueue(lastIndex);", "        NextIndex = lastIndex + 1;\n        MatchIndex = lastIndex;\n        _underWay.Enqueue(lastIndex);")),
        new("durable index not lowered by a truncation", new Edit(Log, "        DurableIndex = Math.Min(DurableIndex, index - 1);\n", "")),
        new("commit index counted by the furthest follower", new Edit(
            Commitment, "_memberships.Latest.QuorumOf(MatchIndexOf)", "_followers.Length == 0 ? _log.DurableIndex : Math.Max(_memberships.Latest.QuorumOf(MatchIndexOf), _followers.Min(f => f.NextIndex - 1))")),
    ];

    public static TheoryData<string> Names => NamesOf(All);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_default_budget_finds(string bug) => Find(All, bug);
}
