using System.Collections.Immutable;
using Xunit.Abstractions;

namespace ActorQuorum.Mutants.Tests;

/// <summary>Bugs of the constant election: those of Quorum Cluster, and those of a master's time, its epoch and its roster.</summary>
public sealed class VotingBugs(ITestOutputHelper output) : KnownBugs(output)
{
    private const string Folder = "src/ActorQuorum.Core/Voting/";
    private const string Losses = Folder + "VotingCore.Losses.cs";
    private const string Mastership = Folder + "VotingCore.Mastership.cs";
    private const string Claims = Folder + "VotingCore.Claims.cs";
    private const string Epochs = Folder + "VotingCore.Epochs.cs";
    private const string Roster = Folder + "VotingCore.Roster.cs";
    private const string Votes = Folder + "VotingCore.Votes.cs";

    private static readonly ImmutableArray<Mutant> All =
    [
        Bug("as many lost as live taken for a majority", new Edit(Losses, "Live + Expected <= Lost", "Live + Expected < Lost")),
        Bug("who returns stays lost", new Edit(
            Roster, "            removed += members.RemoveAll(entry => peer.Member.IsReturnOf(entry.Member));\n", "")),
        Bug("formation founded before the others were looked for", new Edit(
            Votes, "(ElectsInFormation || _now - _startedAt >= _options.Discovery)", "_now >= _startedAt")),
        Bug("acts before its claim is accepted", new Edit(Claims, "        if (IsAcceptedByMajority())\n        {\n            RenewLease();\n            if (_now < _actingUntil) BecomeMaster();",
            "        {\n            _actingUntil = _now + _options.StopAfter;\n            BecomeMaster();")),
        Bug("half of the members taken for a majority", new Edit(Folder + "Roster.cs", "return 2 * for1 > all1 &&", "return 2 * for1 >= all1 &&")),
        Bug("a master acts on though nobody answers", new Edit(Mastership, "return _vouched.Count == 0 ? Peer.Never : _vouched[(_vouched.Count - 1) / 2];", "return _now;")),
        Bug("others free before the master has stopped",
            new Edit(Folder + "VotingOptions.cs", "TimeSpan LostAfter { get; init; } = TimeSpan.FromMilliseconds(800)", "TimeSpan LostAfter { get; init; } = TimeSpan.FromMilliseconds(350)"),
            new Edit(Folder + "VotingOptions.cs", "if (LostAfter < StopAfter + (2 * Tick))", "if (LostAfter < Tick)"),
            new Edit(Folder + "VotingOptions.cs", "TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(200)", "TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(10)")),
        Bug("epoch acted on before it is durable", new Edit(Epochs, "        _isEpochDurable = false;\n        _isDirty = true;\n        _persisting = epoch;", "        DurableEpoch = _persisting = epoch;\n        _isDirty = true;")),
        Bug("epoch forgotten at a restart", new Edit(Folder + "VotingCore.cs", "_counter = _seenCounter = durable.Counter;", "_counter = _seenCounter = 0;")),
        Bug("the younger formation does not yield", new Edit(Folder + "VotingCore.Formations.cs", "        if (IsActingNow && !target.IsNone) Resign(\"an elder formation was met\");\n", "")),
        Bug("its own way back is asked for by nobody", new Edit(Folder + "VotingCore.Formations.cs", "        _joining = joining;\n", "")),
        Bug("two of one name let in", new Edit(Folder + "VotingCore.cs", "        GuardNames();\n", ""),
            new Edit(Folder + "VotingCore.Names.cs", "if (_now - peer.RefusedAt < s_repeatRefusal) return;", "if (_now >= peer.RefusedAt) return;")),
        Bug("votes for who holds an older roster", new Edit(Votes, "if (IsCandidateOf(formation, peer) && peer.Last!.Stamp.CompareTo(newest) > 0) newest = peer.Last.Stamp;", "if (peer.IsLive && peer.Last is null) newest = default;"),
            new Edit(Votes, "IsCandidateOf(formation, peer) && peer.Last!.Stamp == newest && ", "IsCandidateOf(formation, peer) && ")),
        Bug("a claim is bound to nothing", new Edit(Claims, "told.Epoch.Counter > _counter && (!IsBound || peer.Id == _holder)", "told.Epoch.Counter > _counter"),
            new Edit(Folder + "VotingOptions.cs", "TimeSpan LostAfter { get; init; } = TimeSpan.FromMilliseconds(800)", "TimeSpan LostAfter { get; init; } = TimeSpan.FromMilliseconds(600)")),
    ];

    public static TheoryData<string> Names => NamesOf(All);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_default_budget_finds(string bug) => Find(All, bug);

    private static Mutant Bug(string name, params ImmutableArray<Edit> edits) => new($"constant election: {name}", edits) { IsOfVoting = true };
}
