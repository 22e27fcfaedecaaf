using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <summary>What a turn of the core asks the shell to do. One object a core, cleared at each turn. The order of the properties is the order to act in.</summary>
internal sealed class VotingEffects
{
    /// <summary>Changes of this node's role or master, in order. A step down must be carried out before any message leaves.</summary>
    public List<VotingRoleChange> RoleChanges { get; } = [];

    /// <summary>An epoch to make durable; null if there is none. The core itself holds back what depends on it until it hears <see cref="EpochDurable"/>.</summary>
    public PersistEpoch? Persist { get; set; }

    /// <summary>Members to keep a connection to; a known one may have a new address.</summary>
    public List<VotingMember> Connect { get; } = [];

    /// <summary>Messages; all may leave at once, and one that cannot is dropped.</summary>
    public List<VotingMessage> Messages { get; } = [];

    /// <summary>Members to let go of, once the messages of this turn were handed over.</summary>
    public List<MemberId> Disconnect { get; } = [];

    /// <summary>What happened, for the log.</summary>
    public List<VotingEvent> Events { get; } = [];

    /// <summary>The node is to stop, and why; null if it goes on. Nothing comes after it.</summary>
    public VotingStop? Stop { get; set; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty =>
        RoleChanges.Count == 0 && Persist is null && Connect.Count == 0 && Messages.Count == 0 && Disconnect.Count == 0
        && Events.Count == 0 && Stop is null;

    /// <summary>Forgets the last turn.</summary>
    public void Clear()
    {
        RoleChanges.Clear();
        Persist = null;
        Connect.Clear();
        Messages.Clear();
        Disconnect.Clear();
        Events.Clear();
        Stop = null;
    }
}

/// <summary>An epoch to make durable.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Sequence">Counts them.</param>
internal sealed record PersistEpoch(VotingEpoch Epoch, long Sequence);

/// <summary>The part a node plays.</summary>
internal enum VotingRole
{
    /// <summary>It knows no acting master.</summary>
    None = 0,

    /// <summary>Another is master, and acts.</summary>
    Slave = 1,

    /// <summary>It is master, and acts.</summary>
    Master = 2,
}

/// <summary>A change of role, of the master, or of the epoch alone: a mastership may go on in a higher one, and nobody else led in between.</summary>
/// <param name="From">The role before.</param>
/// <param name="To">The role now.</param>
/// <param name="Master">The master now, or null.</param>
/// <param name="Epoch">The mastership's epoch; of a step down, the one that ended.</param>
/// <param name="Cause">Why, in words for the log.</param>
internal sealed record VotingRoleChange(VotingRole From, VotingRole To, VotingMember? Master, VotingEpoch Epoch, string Cause);

/// <summary>Why a node is to stop.</summary>
internal enum VotingStopReason
{
    /// <summary>It was asked to dispatch, and the others know.</summary>
    Dispatched = 1,

    /// <summary>Row QC-5: as many members are lost as are live, or more.</summary>
    MoreLostThanLive = 2,

    /// <summary>Row QC-4: the votes were split, and its group was not the largest.</summary>
    NoMajority = 3,

    /// <summary>Another live node bears its name.</summary>
    NameTaken = 4,
}

/// <summary>The node is to stop.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Text">What happened and what to do about it, in words.</param>
internal sealed record VotingStop(VotingStopReason Reason, string Text);
