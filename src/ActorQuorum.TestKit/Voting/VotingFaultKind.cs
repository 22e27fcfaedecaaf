namespace ActorQuorum.TestKit.Voting;

/// <summary>What the simulator does to nodes of the constant election.</summary>
public enum VotingFaultKind
{
    /// <summary>A process dies and is started again later.</summary>
    Crash,

    /// <summary>A process dies and is started again at once.</summary>
    Restart,

    /// <summary>A process dies and its node comes back on another port.</summary>
    Move,

    /// <summary>A process is swapped out for a while.</summary>
    Pause,

    /// <summary>Some nodes are cut off from the others, perhaps for long enough that both found a formation.</summary>
    Partition,

    /// <summary>Nothing passes from one node to another, but back it does.</summary>
    OneWayCut,

    /// <summary>A node is a black hole: its connections stand, and nothing comes through.</summary>
    BlackHole,

    /// <summary>Most datagrams are lost.</summary>
    LostDatagrams,

    /// <summary>Messages take long.</summary>
    SlowNetwork,

    /// <summary>Messages are overtaken by later ones, or arrive twice.</summary>
    Stray,

    /// <summary>A clock runs fast or slow, by up to 15 %.</summary>
    ClockDrift,

    /// <summary>A disk is slow.</summary>
    SlowDisk,

    /// <summary>A node's actors want for a processor.</summary>
    Starve,

    /// <summary>A node is asked to leave, and comes back later.</summary>
    Dispatch,

    /// <summary>A second node of a name is started on another machine.</summary>
    Twin,
}
