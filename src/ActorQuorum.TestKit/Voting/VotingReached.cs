namespace ActorQuorum.TestKit.Voting;

/// <summary>What a run of the constant election has reached: one in which no master ever changes proves little about masters.</summary>
public sealed record VotingReached
{
    /// <summary>How often a node began to act as master, in whatever epoch.</summary>
    public long Masterships { get; set; }

    /// <summary>How often one stopped.</summary>
    public long StepDowns { get; set; }

    /// <summary>How often a master found its time up, having heard less than a majority.</summary>
    public long LeasesLost { get; set; }

    /// <summary>How many formations were founded.</summary>
    public long Formations { get; set; }

    /// <summary>How often a node went over from one formation to another.</summary>
    public long GoingsOver { get; set; }

    /// <summary>How often a node waited for a majority.</summary>
    public long Waits { get; set; }

    /// <summary>Nodes that stopped as they saw no majority.</summary>
    public long MinorityStops { get; set; }

    /// <summary>Nodes that stopped because their votes were split.</summary>
    public long SplitStops { get; set; }

    /// <summary>Nodes that dispatched.</summary>
    public long Dispatches { get; set; }

    /// <summary>Nodes that stopped because their name was taken.</summary>
    public long NamesRefused { get; set; }

    /// <summary>Faults, each begun once.</summary>
    public long Faults { get; set; }

    /// <summary>Messages sent.</summary>
    public long Messages { get; set; }

    /// <summary>Adds what another run reached.</summary>
    /// <param name="other">The other.</param>
    public void Add(VotingReached other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Masterships += other.Masterships;
        StepDowns += other.StepDowns;
        LeasesLost += other.LeasesLost;
        Formations += other.Formations;
        GoingsOver += other.GoingsOver;
        Waits += other.Waits;
        MinorityStops += other.MinorityStops;
        SplitStops += other.SplitStops;
        Dispatches += other.Dispatches;
        NamesRefused += other.NamesRefused;
        Faults += other.Faults;
        Messages += other.Messages;
    }
}
