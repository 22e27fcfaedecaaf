using ActorQuorum.Roles;

namespace ActorQuorum.Voting;

/// <summary>How role scripts see a node of the constant election. Told each change, in order.</summary>
internal sealed class VotingScripts
{
    private Fence _beganUnder;

    /// <summary>A change of role, of the master, or of the epoch alone: a master that stays one has led since it became it.</summary>
    public RoleStanding StandingAt(VotingRoleChange change)
    {
        var fence = Fence.OfEpoch(change.Formation, change.Epoch);
        if (change is not { Previous: VotingRole.Master, Role: VotingRole.Master }) _beganUnder = fence;
        return new(change.Role == VotingRole.Master, change.Master ?? "", fence) { BeganUnder = _beganUnder };
    }
}

/// <summary>Role scripts that a start which fails half-way has to end.</summary>
internal sealed class StartedScripts(RoleScripts scripts) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(scripts.StopAsync());
}
