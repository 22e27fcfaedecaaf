using ActorQuorum.Roles;

namespace ActorQuorum.Voting;

/// <summary>How role scripts see a node of the constant election.</summary>
internal static class VotingScripts
{
    /// <summary>A change of role, or of the master.</summary>
    public static RoleStanding StandingAt(VotingRoleChange change) =>
        new(change.Role == VotingRole.Master, change.Master ?? "", Fence.OfEpoch(change.Formation, change.Epoch));
}

/// <summary>Role scripts that a start which fails half-way has to end.</summary>
internal sealed class StartedScripts(RoleScripts scripts) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(scripts.StopAsync());
}
