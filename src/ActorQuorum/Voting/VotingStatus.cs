namespace ActorQuorum.Voting;

/// <summary>The part that a node of the constant election plays.</summary>
public enum VotingRole
{
    /// <summary>Neither: no election has settled yet, or there is no majority.</summary>
    None,

    /// <summary>Another node is master.</summary>
    Slave,

    /// <summary>This node is.</summary>
    Master,
}

/// <summary>
/// A node took another part, or another node became its master; or the epoch alone rose, the master being the same and no other having been
/// master in between.
/// </summary>
/// <param name="Role">The part it plays now.</param>
/// <param name="Master">The master's name; null where <paramref name="Role"/> is <see cref="VotingRole.None"/>.</param>
/// <param name="Formation">The number of the group of nodes that elected the master; zero before the first election.</param>
/// <param name="Epoch">The mastership's number: within one formation each is higher than all before it, so that what an earlier master still sends
/// can be told and refused.</param>
/// <param name="Previous">The part it played before.</param>
public sealed record VotingRoleChange(VotingRole Role, string? Master, ulong Formation, long Epoch, VotingRole Previous);

/// <summary>What a node of the constant election knows of itself and the others, at one moment.</summary>
public sealed record VotingStatus
{
    /// <summary>The node's name.</summary>
    public required string Name { get; init; }

    /// <summary>host:port where the others reach it.</summary>
    public required string Address { get; init; }

    /// <summary>The part it plays.</summary>
    public VotingRole Role { get; init; }

    /// <summary>The master's name, or null.</summary>
    public string? Master { get; init; }

    /// <summary>The number of the group of nodes that elected the master.</summary>
    public ulong Formation { get; init; }

    /// <summary>The mastership's number in its formation.</summary>
    public long Epoch { get; init; }

    /// <summary>The names of the other nodes that it is connected with.</summary>
    public IReadOnlyList<string> Connected { get; init; } = [];

    /// <summary>The names of those that vanished without a goodbye and have not returned.</summary>
    public IReadOnlyList<string> Lost { get; init; } = [];

    /// <summary>The names of those that said goodbye.</summary>
    public IReadOnlyList<string> Dispatched { get; init; } = [];
}
