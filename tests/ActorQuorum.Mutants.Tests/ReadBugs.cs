using System.Collections.Immutable;

namespace ActorQuorum.Mutants.Tests;

/// <summary>Bugs that only the clients see.</summary>
internal static class ReadBugs
{
    private const string Reads = "src/ActorQuorum.Core/Raft/RaftCore.Reads.cs";
    private const string Node = "src/ActorQuorum/Actors/NodeActor.cs";

    public static ImmutableArray<Mutant> All { get; } =
    [
        new("read served by a deposed leader", new Edit(Reads, "if (_roundReads.IsEmpty || ConfirmedRound() < _readRound) return;", "if (_roundReads.IsEmpty) return;")),
        new("read served before an entry of the leader's term is committed", new Edit(Reads, "if (_log.TermAt(CommitIndex) != Term) return;", "")),
        new("command of unknown outcome sent again", new Edit(Node, "if (request.Kind == RequestKind.Query) _pending.Wait(request);\n            else Fail(", "if (request.Kind >= 0) _pending.Wait(request);\n            else Fail(")),
    ];
}
