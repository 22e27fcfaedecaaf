using ActorQuorum.Roles;

namespace ActorQuorum.Voting;

/// <summary>Tells role scripts how a node of the constant election stands.</summary>
internal static class VotingScripts
{
    /// <summary>A change of role as role scripts see it.</summary>
    public static RoleStanding StandingAt(VotingRoleChange change) =>
        new(change.Role == VotingRole.Master, change.Master ?? "", Fence.OfEpoch(change.Formation, change.Epoch));

    /// <summary>Tells the scripts each change until the node has ended, and then waits for what still runs.</summary>
    public static async Task FollowAsync(VotingNode node, RoleScripts scripts)
    {
        try
        {
            await foreach (var change in node.RoleChanges().ConfigureAwait(false)) scripts.Hear(StandingAt(change));
        }
        finally
        {
            await scripts.StopAsync().ConfigureAwait(false);
        }
    }
}
