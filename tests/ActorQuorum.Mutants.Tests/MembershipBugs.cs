using System.Collections.Immutable;
using Xunit.Abstractions;

namespace ActorQuorum.Mutants.Tests;

/// <summary>Bugs of joint consensus: found by runs in which members come and go.</summary>
public sealed class MembershipBugs(ITestOutputHelper output) : KnownBugs(output)
{
    private const string Changes = "src/ActorQuorum.Core/Raft/RaftCore.Membership.cs";
    private const string Membership = "src/ActorQuorum.Core/Raft/Membership.cs";
    private const string Plan = "src/ActorQuorum.Core/Raft/MembershipPlan.cs";
    private const string Promotion = "src/ActorQuorum.Core/Raft/RaftCore.Promotion.cs";

    private static readonly ImmutableArray<Mutant> All =
    [
        OfChanges("two configurations in force, only the new majority asked",
            new Edit(Membership, "IsMajority(Voters, holds) && (!IsJoint || IsMajority(Outgoing, holds));", "IsMajority(Voters, holds);"),
            new Edit(Membership, "return IsJoint ? Math.Min(index, MajorityOf(Outgoing, reached)) : index;", "return index;")),
        OfChanges("voters changed without two configurations in force", new Edit(
            Plan, "member with { IsOutgoing = member.IsVoter, IsVoter = willVote(member),", "!willVote(member) && member.IsVoter ? null : member with { IsVoter = willVote(member),")),
        OfChanges("learner counts", new Edit(
            Membership, "members.Where(member => member.IsVoter).Select", "members.Where(member => member.IsVoter || !member.IsOutgoing).Select")),
        OfChanges("members changed before an entry of the term is committed", new Edit(
            Changes, "private bool HasCommittedInTerm => _log.TermAt(CommitIndex) == Term;", "private static bool HasCommittedInTerm => true;")),
        OfChanges("second change while one is under way", new Edit(
            Changes, "private bool IsSettled => _memberships.LatestIndex <= CommitIndex && !_memberships.Latest.IsJoint;", "private static bool IsSettled => true;"),
            new Edit(Changes, "if (!IsSettled || _changeRequest is not null)", "if (!IsSettled)"),
            new Edit(Changes, "if (Role != Role.Leader || _memberships.LatestIndex > CommitIndex || !HasCommittedInTerm) return;", "if (Role != Role.Leader || !HasCommittedInTerm) return;")),
        OfChanges("configuration not rolled back with its entry", new Edit(
            "src/ActorQuorum.Core/Raft/RaftCore.Replication.cs", "        _memberships.TruncatedFrom(index);\n", "")),
        OfChanges("removed leader counts itself", new Edit(
            "src/ActorQuorum.Core/Raft/RaftCore.Commitment.cs", "_memberships.Latest.QuorumOf(MatchIndexOf)",
            "(_memberships.Latest.IsVoter(Self) ? _memberships.Latest : _memberships.Latest.With([new(Self, 1) { IsVoter = true }])).QuorumOf(MatchIndexOf)"))

            // A leader removes itself only if nobody takes over, and its own disk must be the faster one then.
            with { Faults = ["Loss", "SlowDisk"] },
        OfChanges("pending promotion never given up", new Edit(Promotion, "if (_now - since < member.Patience) continue;", "continue;")),
        OfChanges("newcomer promoted before it has caught up", new Edit(
            Promotion, "if (member.IsPending && member.Session == session && !IsCaughtUp(member.Id))", "if (member.Incarnation == ulong.MaxValue)")),
        OfChanges("leader elected between the two entries does not finish the change", new Edit(
            Changes, "        if (latest.IsJoint)\n        {", "        if (latest.IsJoint && _log.TermAt(_memberships.LatestIndex) == Term)\n        {")),
        OfChanges("snapshot's configuration forgotten", new Edit(
            "src/ActorQuorum.Core/Raft/MembershipHistory.cs", "mark.Membership.Members.IsEmpty ? _configurations[0].Membership : mark.Membership", "_configurations[0].Membership"))
            with { Snapshots = true },
    ];

    public static TheoryData<string> Names => NamesOf(All);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_default_budget_finds(string bug) => Find(All, bug);

    private static Mutant OfChanges(string name, params ImmutableArray<Edit> edits) => new(name, edits) { Nodes = 3, Changes = true };
}
