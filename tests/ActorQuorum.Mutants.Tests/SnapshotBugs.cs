using System.Collections.Immutable;
using Xunit.Abstractions;

namespace ActorQuorum.Mutants.Tests;

/// <summary>Bugs of snapshots: found by runs in which they are taken, and cut and damaged on their way.</summary>
public sealed class SnapshotBugs(ITestOutputHelper output) : KnownBugs(output)
{
    private const string Storage = "src/ActorQuorum/Actors/StorageActor.Snapshots.cs";
    private const string Reader = "src/ActorQuorum/Storage/SnapshotReader.cs";

    private static readonly ImmutableArray<Mutant> All =
    [
        OfSnapshots("snapshot says less than it holds", new Edit(
            Storage, "new TakeSnapshot(machine.Capture(), _mark)", "new TakeSnapshot(machine.Capture(), _mark with { Index = _mark.Index - 1 })")),
        OfSnapshots("snapshot says the first configuration", new Edit(
            "src/ActorQuorum.Core/Raft/SnapshotMark.cs", "            membership = Membership.Decode(entry.Payload.Span);",
            "            if (membership.Members.IsEmpty) membership = Membership.Decode(entry.Payload.Span);")) with { Changes = true },
        OfSnapshots("damaged snapshot installed",
            new Edit(Reader, "            throw Damaged($\"the checksum of {what} does not match\");\n        _crc = crc;", "        {\n        }\n\n        _crc = crc;"),
            new Edit(Reader, "            throw Damaged(\"its SHA-256 does not match\");", "            return;"))
            with { Faults = ["Wipe", "Reset", "Partition"] },
        OfSnapshots("snapshot installed beside the state, not in its place", new Edit(Storage, "        install.Restore.Install();\n", "")),
    ];

    public static TheoryData<string> Names => NamesOf(All);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_default_budget_finds(string bug) => Find(All, bug);

    private static Mutant OfSnapshots(string name, params ImmutableArray<Edit> edits) => new(name, edits) { Nodes = 3, Snapshots = true, Seconds = 15 };
}
