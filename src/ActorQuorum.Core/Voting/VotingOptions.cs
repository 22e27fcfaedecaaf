namespace ActorQuorum.Core.Voting;

/// <summary>By what a node votes (row QC-2).</summary>
internal enum VotingMetric
{
    /// <summary>For the node that was started first.</summary>
    EarliestBirth = 0,

    /// <summary>For the node with the lowest port.</summary>
    LowestPort = 1,
}

/// <summary>What a node does that sees no majority any more.</summary>
internal enum OnMinority
{
    /// <summary>Says goodbye and stops.</summary>
    Stop = 0,

    /// <summary>Stays without a master, and joins again when it can.</summary>
    Wait = 1,
}

/// <summary>
/// What one node of a constant election is configured with. Two masters never act at once while each clock runs right to within
/// <see cref="DriftBound"/>: a master counts <see cref="StopAfter"/> from when it sent what a majority answered, the others
/// <see cref="LostAfter"/> from when they heard it. A clock that stands still while its machine is suspended runs wrong by more: a master that
/// wakes from that may act for <see cref="StopAfter"/> beside its successor.
/// </summary>
internal sealed record VotingOptions
{
    /// <summary>The longest name, in characters.</summary>
    public const int NameLength = 300;

    /// <summary>This node.</summary>
    public required VotingMember Self { get; init; }

    /// <summary>The seed of what this node draws: the ids of formations.</summary>
    public ulong Seed { get; init; }

    /// <summary>By what it votes.</summary>
    public VotingMetric Metric { get; init; }

    /// <summary>What it does without a majority.</summary>
    public OnMinority OnMinority { get; init; }

    /// <summary>How often the core wants a tick.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often each node tells each peer its vote: two may be lost before a master stops.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long all live votes must have stood unchanged.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a new node looks for others before it founds a formation.</summary>
    public TimeSpan Discovery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long after the sending of what a majority answered a master acts.</summary>
    public TimeSpan StopAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long after it was last heard a member is lost, and whoever was bound to it is free.</summary>
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>How long a goodbye is repeated to those that do not acknowledge it.</summary>
    public TimeSpan GoodbyeFor { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most members, lost ones included, and the most nodes known.</summary>
    public int MostMembers { get; init; } = 1000;

    /// <summary>
    /// How far off, as a part of one, each clock may run: (lost - stop) / (lost + stop), 23 % by default. A paused process is within it, for its
    /// clock goes on; a suspended machine is not.
    /// </summary>
    public double DriftBound => (LostAfter - StopAfter) / (LostAfter + StopAfter);

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">What, and what to do.</exception>
    public VotingOptions Checked()
    {
        if (Self.Name.Length is 0 or > NameLength)
            throw new ArgumentException($"the node's name has {Self.Name.Length} characters; give it 1 to {NameLength}.");
        if (Tick <= TimeSpan.Zero || Heartbeat < Tick)
            throw new ArgumentException($"the heartbeat ({Heartbeat}) is shorter than a tick ({Tick}); lengthen it.");
        if (StopAfter < 2 * Heartbeat)
            throw new ArgumentException($"a master would stop after {StopAfter}, less than two heartbeats of {Heartbeat}; shorten the heartbeat.");
        if (LostAfter < StopAfter + (2 * Tick))
            throw new ArgumentException(
                $"members are lost after {LostAfter}, but a master acts for {StopAfter} and looks every {Tick}: two could act at once. Lengthen the former.");
        return this;
    }
}
