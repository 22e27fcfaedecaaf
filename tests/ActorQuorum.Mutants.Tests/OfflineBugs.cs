using System.Collections.Immutable;
using Xunit.Abstractions;

namespace ActorQuorum.Mutants.Tests;

/// <summary>Bugs of <c>solo</c> and <c>reset</c>: found by runs in which nodes go alone, come home, and begin anew.</summary>
public sealed class OfflineBugs(ITestOutputHelper output) : KnownBugs(output)
{
    private const string One = "src/ActorQuorum.Core/Raft/ClusterOfOne.cs";
    private const string Stopped = "src/ActorQuorum/Storage/StoppedNode.cs";
    private const string Greeting = "src/ActorQuorum/Transport/PeerGreeting.cs";
    private const string Era = "src/ActorQuorum/Storage/NewEra.cs";

    private static readonly ImmutableArray<Mutant> All =
    [
        Of("Solo", "solo keeps its term", new Edit(One, "Math.Max(held.State.Term, held.LastTerm) + 1;", "Math.Max(held.State.Term, held.LastTerm);")),
        Of("Solo", "solo keeps its cluster id", new Edit(Stopped, "            ClusterId = DataDirectory.Draw(drawClusterId), Inc", "            ClusterId = Identity.ClusterId, Inc")),
        Of("Solo", "solo keeps the members", new Edit(One, "[.. held.Entries, new Entry(index, term, EntryKind.Configuration, membership.Encode())]", "[.. held.Entries]")),
        Of("Solo", "solo goes on with what is in its snapshot alone",
            new Edit(One, "var index = held.LastIndex + 1;", "var index = mark.Index + 1;"),
            new Edit(One, "[.. held.Entries, new Entry(", "[.. held.Entries.Where(entry => entry.Index < index), new Entry(")),
        Of("Reset", "reset keeps the incarnation", new Edit(
            Stopped, "Incarnation = DataDirectory.Draw(drawIncarnation), Era = Identity.Era + 1, IsReset = true,", "Incarnation = Identity.Incarnation, Era = Identity.Era + 1, IsReset = true,")),
        Of("Reset", "reset keeps term and vote",
            new Edit(Stopped, "ClusterId = Identity.ConfiguredAs, Incarnation = DataDirectory.Draw(drawIncarnation), Era = Identity.Era + 1, IsReset = true,\n        },\n        _segmentSizeBytes);",
                "ClusterId = Identity.ConfiguredAs, Incarnation = DataDirectory.Draw(drawIncarnation), Era = Identity.Era + 1, IsReset = true,\n        },\n        _segmentSizeBytes, Read().Durable.State);"),
            new Edit(Era, "IdentityFile identity, long segmentSizeBytes) =>\n        Begin(files, root, identity, segmentSizeBytes, _ => { });",
                "IdentityFile identity, long segmentSizeBytes, HardState? state = null) =>\n        Begin(files, root, identity, segmentSizeBytes, log => log.Write([new Persist(0, state, 0, [], 0, 0, 0, [])]));")),

        // A founder that is alone in its file asks nobody: once its cluster has grown its reset disk would be a cluster beside it.
        Of("Reset", "reset node founds", new Edit("src/ActorQuorum/Actors/NodeSetup.cs", "IsJoining = IsJoining || IsReset,", "IsJoining = IsJoining,"))
            with { Nodes = 1, Changes = true },

        // The hello is what keeps them apart, and its answer.
        Of("Solo", "peers of another cluster let in",
            new Edit(Greeting, "            _ when hello.ClusterId != self.ClusterId => Answer(", "            _ when hello.ClusterId == 0 => Answer("),
            new Edit(Greeting, "        _ when reply.ClusterId != self.ClusterId =>", "        _ when reply.ClusterId == 0 =>")),
    ];

    public static TheoryData<string> Names => NamesOf(All);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_default_budget_finds(string bug) => Find(All, bug);

    private static Mutant Of(string fault, string name, params ImmutableArray<Edit> edits) =>
        new(name, edits) { Nodes = 3, Snapshots = true, Faults = [fault, "Crash"], Seconds = 10 };
}
