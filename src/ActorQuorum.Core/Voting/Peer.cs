using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <summary>What this node knows of another. All times are on this node's clock.</summary>
internal sealed class Peer(VotingMember member, TimeSpan metAt)
{
    /// <summary>Before all times.</summary>
    public static readonly TimeSpan Never = TimeSpan.FromDays(-36500);

    public VotingMember Member { get; } = member;

    public MemberId Id => Member.Id;

    /// <summary>When it was first heard of.</summary>
    public TimeSpan MetAt { get; } = metAt;

    /// <summary>From when on it is expected to be heard: since it was met, or stands in the roster.</summary>
    public TimeSpan ExpectedAt { get; set; } = metAt;

    /// <summary>Since when it stands in the roster by the entry that it has there now.</summary>
    public TimeSpan RosteredAt { get; set; } = Never;

    /// <summary>When it was last heard.</summary>
    public TimeSpan HeardAt { get; set; } = Never;

    /// <summary>When this node sent the last beat that it echoed: at least until then it heard this node.</summary>
    public TimeSpan AnsweredAt { get; set; } = Never;

    /// <summary>When this node sent the last beat that it echoed while it vouched for this node's mastership.</summary>
    public TimeSpan VouchedAt { get; set; } = Never;

    /// <summary>Its own time in the last beat of it: what is echoed.</summary>
    public TimeSpan EchoStamp { get; set; }

    /// <summary>The number of its last message.</summary>
    public long LastSequence { get; set; }

    /// <summary>Its last beat; null before the first.</summary>
    public Beat? Last { get; set; }

    /// <summary>Whether it is heard and hears this node, as of the last look.</summary>
    public bool IsLive { get; set; }

    /// <summary>Whether it ever was.</summary>
    public bool WasLive { get; set; }

    /// <summary>When something was last sent to it.</summary>
    public TimeSpan SentAt { get; set; } = Never;

    /// <summary>When it was last told a roster.</summary>
    public TimeSpan RosterToldAt { get; set; } = Never;

    /// <summary>Which roster it was told last.</summary>
    public RosterStamp RosterTold { get; set; }

    /// <summary>In which epoch it was told it.</summary>
    public VotingEpoch RosterToldEpoch { get; set; }


    /// <summary>When it was last told the contacts.</summary>
    public TimeSpan ContactsToldAt { get; set; } = Never;

    /// <summary>How long to wait before it is told them again.</summary>
    public TimeSpan ContactsPause { get; set; }

    /// <summary>When it was last refused.</summary>
    public TimeSpan RefusedAt { get; set; } = Never;

    /// <summary>The formation that it says it belongs to.</summary>
    public FormationId Formation => Last?.Epoch.Formation ?? FormationId.None;

    /// <summary>Whether it says that it acts as master.</summary>
    public bool SaysItActs => Last?.Stance == Stance.Acting;

    /// <summary>Whether it is to be won for founding a formation: it has none, or none that could elect.</summary>
    public bool IsUnbound => Last is { } last && last.Standing != Standing.Abstaining && (last.Epoch.IsNone || last.Standing == Standing.Waiting);
}
