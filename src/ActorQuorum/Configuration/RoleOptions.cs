namespace ActorQuorum.Configuration;

/// <summary>What runs where leadership comes and goes (<c>roles</c>).</summary>
public sealed record RoleOptions
{
    /// <summary>The program that runs when this node begins to lead (<c>roles.on-leader</c>); null for none.</summary>
    public string? OnLeader { get; init; }

    /// <summary>The program that runs when this node ceases to lead, and when it first follows (<c>roles.on-follower</c>); null for none.</summary>
    public string? OnFollower { get; init; }

    /// <summary>How long either may run before it is killed (<c>roles.timeout</c>).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
