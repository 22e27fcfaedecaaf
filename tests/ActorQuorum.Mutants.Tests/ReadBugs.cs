using System.Collections.Immutable;
using Xunit.Abstractions;

namespace ActorQuorum.Mutants.Tests;

/// <summary>Bugs that only the clients see.</summary>
public sealed class ReadBugs(ITestOutputHelper output) : KnownBugs(output)
{
    private const string Reads = "src/ActorQuorum.Core/Raft/RaftCore.Reads.cs";
    private const string Storage = "src/ActorQuorum/Actors/StorageActor.cs";
    private const string Pending = "src/ActorQuorum/Actors/PendingRequests.cs";
    private const string Requests = "src/ActorQuorum/Actors/NodeActor.Requests.cs";

    private static readonly ImmutableArray<Mutant> All =
    [
        new Mutant("read served by a deposed leader", new Edit(Reads, "if (_roundReads.IsEmpty || ConfirmedRound() < _readRound) return;", "if (_roundReads.IsEmpty) return;"))
            with { Nodes = 3, Faults = ["Partition", "Pause"] },
        new("read served before an entry of the leader's term is committed", new Edit(Reads, "if (_log.TermAt(CommitIndex) != Term) return;", "")),
        new("command of unknown outcome sent again", new Edit(Requests, "if (request.Kind == RequestKind.Query) _pending.Wait(request);\n            else Fail(", "if (request.Kind >= 0) _pending.Wait(request);\n            else Fail(")),
        new Mutant("read confirmed by an older round", new Edit(Reads, "        BroadcastHeartbeat();\n        _readRound = _round;", "        _readRound = _round;\n        BroadcastHeartbeat();"))
            with { Faults = ["Partition", "Pause", "Delay"] },
        new("read served by whoever takes it for leading", new Edit(
            Requests, "if (request.Kind == RequestKind.Query && request.Consistency == Consistency.Serializable)", "if (request.Kind == RequestKind.Query && (request.IsForwarded || view.Core.Leader == self))")),
        new("read does not wait for apply", new Edit(Storage, "if (wanted.Index <= _appliedIndex) Show(wanted);\n        else _waitingViews.Enqueue(wanted, wanted.Index);", "Show(wanted);")),
        new("read at what is applied, not at what is committed", new Edit(Reads, "_readIndex = CommitIndex;", "_readIndex = AppliedIndex;")),
        new("command answered once it is logged", new Edit(
            Pending, "if (!_byPosition.TryGetValue((entries[i].Index, entries[i].Term), out var request)) continue;",
            "if (_byPosition.FirstOrDefault(p => p.Key.Index == entries[i].Index).Value is not { } request) continue;")),
        new("replaced command reported as done", new Edit(
            Requests, "        foreach (var request in _pending.Applied(entries, results, tally.ProposalSeconds, context))\n            PutBack(request);",
            "        foreach (var request in _pending.Applied(entries, results, tally.ProposalSeconds, context))\n            if (results[^1] is { } result && _pending.Remove(request)) request.ReplyTo.Answer(result);")),
    ];

    public static TheoryData<string> Names => NamesOf(All);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_default_budget_finds(string bug) => Find(All, bug);
}
