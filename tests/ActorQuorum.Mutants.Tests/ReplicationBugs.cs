using System.Collections.Immutable;

namespace ActorQuorum.Mutants.Tests;

/// <summary>Bugs of the log, its commitment and its acknowledgement.</summary>
internal static class ReplicationBugs
{
    private const string Core = "src/ActorQuorum.Core/Raft/RaftCore.cs";
    private const string Commitment = "src/ActorQuorum.Core/Raft/RaftCore.Commitment.cs";
    private const string Leadership = "src/ActorQuorum.Core/Raft/RaftCore.Leadership.cs";
    private const string Log = "src/ActorQuorum.Core/Raft/RaftLog.cs";
    private const string Replication = "src/ActorQuorum.Core/Raft/RaftCore.Replication.cs";

    public static ImmutableArray<Mutant> All { get; } =
    [
        new("old-term entry committed by counting", new Edit(Commitment, "index > CommitIndex && _log.TermAt(index) == Term", "index > CommitIndex")),
        new("leader counts itself before its fsync", new Edit(Commitment, "return _log.DurableIndex;", "return _log.LastIndex;")),
        new("acknowledgement before fsync", new Edit(Replication, "if (_verifiedIndex <= _log.DurableIndex) Send(reply);\n            else SendOnceDurable(reply);", "Send(reply);")),
        new("acknowledgement of entries that were not verified", new Edit(
            Replication, "_verifiedIndex = Math.Max(_verifiedIndex, last);", "_verifiedIndex = _log.LastIndex;")),
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
        new("commit index beyond the last matching entry", new Edit(
            Replication, "Commit(Math.Min(append.CommitIndex, last));", "Commit(Math.Min(append.CommitIndex, _log.LastIndex));")),

        // Alone each half is masked by the other: the leader names no more than the follower acknowledged.
        new("heartbeat commits what is not verified",
            new Edit(Leadership, "Math.Min(CommitIndex, follower.MatchIndex)", "CommitIndex"),
            new Edit(Leadership, "Commit(Math.Min(heartbeat.CommitIndex, _verifiedIndex));", "Commit(Math.Min(heartbeat.CommitIndex, _log.LastIndex));")),
        new("stale storage acknowledgement counted", new Edit(Log, "if (generation == Generation) DurableIndex", "DurableIndex")),
        new("applied before it is durable", new Edit(
            Core, "Math.Min(Math.Min(CommitIndex, _log.DurableIndex), AppliedIndex", "Math.Min(CommitIndex, AppliedIndex")),
    ];
}
