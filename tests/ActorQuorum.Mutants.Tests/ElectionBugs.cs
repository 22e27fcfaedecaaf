using System.Collections.Immutable;
using Xunit.Abstractions;

namespace ActorQuorum.Mutants.Tests;

/// <summary>Bugs of votes and identity.</summary>
public sealed class ElectionBugs(ITestOutputHelper output) : KnownBugs(output)
{
    private const string Core = "src/ActorQuorum.Core/Raft/RaftCore.cs";
    private const string Membership = "src/ActorQuorum.Core/Raft/Membership.cs";
    private const string Elections = "src/ActorQuorum.Core/Raft/RaftCore.Elections.cs";

    private static readonly ImmutableArray<Mutant> All =
    [
        new Mutant("vote not persisted", new Edit(
            Elections, "ChangeState(_state with { Vote = request.From });", "_state = _state with { Vote = request.From };"))
            with { Nodes = 3, Faults = ["Crash", "Delay"] },

        // The core would stop itself at the second vote: its own check goes with the rule.
        new("vote granted twice in a term",
            new Edit(Elections, "&& (Vote.IsNone || Vote == request.From)", ""),
            new Edit(Elections, "&& (Leader.IsNone || Leader == request.From)", ""),
            new Edit(Core, "state.Term > _state.Term || _state.Vote.IsNone || state.Vote == _state.Vote,", "true,")),
        new("second vote granted without a note of it",
            new Edit(Elections, "&& (Vote.IsNone || Vote == request.From)", ""),
            new Edit(Elections, "&& (Leader.IsNone || Leader == request.From)", ""),
            new Edit(Elections, "ChangeState(_state with { Vote = request.From });", "if (Vote.IsNone) ChangeState(_state with { Vote = request.From });")),
        new("log freshness not checked",
            new Edit(Elections, "&& !IsOfReplaced(request)\n        && _log.IsUpToDate(request.LastLogIndex, request.LastLogTerm);",
                "&& !IsOfReplaced(request);"),
            new Edit(Elections, "!IsOfReplaced(request) && _log.IsUpToDate(request.LastLogIndex, request.LastLogTerm))", "!IsOfReplaced(request))")),
        new("last term ignored in log freshness", new Edit(
            "src/ActorQuorum.Core/Raft/RaftLog.cs", "lastTerm > LastTerm || (lastTerm == LastTerm && lastIndex >= LastIndex)", "lastIndex >= LastIndex")),

        // Counted early alone it decides nothing: all others are asked only once it is durable. So they are asked early, too.
        new("own vote counted before it is durable",
            new Edit(Elections, "        _votes.Clear();\n        ResetElectionDeadline();\n        RequestVotes(", "        _votes.Clear();\n        _votes[Self] = true;\n        ResetElectionDeadline();\n        RequestVotes("),
            new Edit(Core, "        if (IsStateDurable)\n        {", "        if (IsStateDurable || Role == Role.Candidate)\n        {")),
        new("unproven member votes",
            new Edit(Elections, "        IsProven\n        && request.Term == Term", "        request.Term == Term"),
            new Edit(Elections, "Answer(request, IsProven && request.Term >= Term", "Answer(request, request.Term >= Term")),
        new("wiped follower's match index kept", new Edit(
            "src/ActorQuorum.Core/Raft/Progress.cs", "        MatchIndex = 0;\n        NextIndex = lastIndex + 1;", "        NextIndex = lastIndex + 1;")),
        new("term not persisted", new Edit(
            Elections, "            ChangeState(_state with { Term = term, Vote = MemberId.None });", "            _state = _state with { Term = term, Vote = MemberId.None };")),
        new("denied vote counted as granted", new Edit(Elections, "_votes[reply.From] = reply.IsGranted;", "_votes[reply.From] = true;")),
        new Mutant("vote of an older term counted", new Edit(Elections, "if (Role != asked || reply.RequestTerm != Term) return;", "if (Role != asked) return;"))
            with { Faults = ["Partition", "Crash", "Delay"] },
        new("half of the members taken for a majority",
            new Edit(Membership, "return count * 2 > voters.Length;", "return count * 2 >= voters.Length;"),
            new Edit(Membership, "values[(values.Length - 1) / 2]", "values[values.Length / 2]")) { Nodes = 4 },
        new("one less than a majority taken for one",
            new Edit(Membership, "return count * 2 > voters.Length;", "return count * 2 >= voters.Length - 1;"),
            new Edit(Membership, "values[(values.Length - 1) / 2]", "values[(values.Length + 1) / 2]")),
        new("successor leads without being elected", new Edit(
            "src/ActorQuorum.Core/Raft/RaftCore.Transfer.cs", "        Campaign(RoleCause.HandedOver, isTransfer: true);",
            "        Campaign(RoleCause.HandedOver, isTransfer: true);\n        BecomeLeader();")),
    ];

    public static TheoryData<string> Names => NamesOf(All);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_default_budget_finds(string bug) => Find(All, bug);
}
