using System.Collections.Immutable;

namespace ActorQuorum.Mutants.Tests;

/// <summary>The bugs that the simulator must find, by the floor on which they stand.</summary>
internal static class KnownBugs
{
    public static ImmutableArray<Mutant> All { get; } = [.. ElectionBugs.All, .. ReplicationBugs.All, .. ReadBugs.All, .. StorageBugs.All, .. MembershipBugs.All, .. OfflineBugs.All, .. SnapshotBugs.All, .. VotingBugs.All];
}
