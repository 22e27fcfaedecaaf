using ActorQuorum.Core.Raft;
using ActorQuorum.Roles;

namespace ActorQuorum.Actors;

/// <summary>What a node knows of itself: written by the NodeActor, read by anybody.</summary>
internal sealed class NodeView(ulong clusterId, MemberInfo self, IReadOnlyList<MemberInfo> firstMembers)
{
    private volatile IReadOnlyList<MemberInfo>? _members;
    private volatile bool _isDetached;
    private volatile CoreStatus _core = new(Role.Follower, 0, MemberId.None, 0, 0, 0, false);
    private volatile bool _isDiskNearlyFull;
    private readonly Lock _announcing = new();
    private bool _isSilent;
    private long _logSizeBytes;
    private long _revision;

    /// <summary>Each change of role, term or leader, on the NodeActor's turn.</summary>
    public event Action<RoleChange>? RoleChanged;

    /// <summary>The members are others, or are known for the first time; on the NodeActor's turn.</summary>
    public event Action? MembersChanged;

    private IReadOnlyList<MemberInfo> Members => _members ?? firstMembers;

    /// <summary>The core at the end of its latest turn.</summary>
    public CoreStatus Core
    {
        get => _core;
        set => _core = value;
    }

    /// <summary>Whether less than the reserve is free on the disk.</summary>
    public bool IsDiskNearlyFull
    {
        get => _isDiskNearlyFull;
        set => _isDiskNearlyFull = value;
    }

    /// <summary>How much the log takes.</summary>
    public long LogSizeBytes
    {
        get => Interlocked.Read(ref _logSizeBytes);
        set => Interlocked.Exchange(ref _logSizeBytes, value);
    }

    /// <summary>The state machine's revision after the last applied command.</summary>
    public long Revision
    {
        get => Interlocked.Read(ref _revision);
        set => Interlocked.Exchange(ref _revision, value);
    }

    /// <summary>The whole view at this moment.</summary>
    public NodeStatus Status
    {
        get
        {
            var core = Core;
            return new()
            {
                ClusterId = clusterId,
                Self = Own(Members),
                Members = Members,
                Role = core.Role,
                Term = core.Term,
                Leader = core.Leader,
                LastIndex = core.LastIndex,
                CommitIndex = core.CommitIndex,
                AppliedIndex = core.AppliedIndex,
                Revision = Revision,
                LogSizeBytes = LogSizeBytes,
                IsProven = core.IsProven,
            };
        }
    }

    /// <summary>A member's name, or its number if it is not known.</summary>
    public string NameOf(MemberId id)
    {
        foreach (var member in Members)
            if (member.Id == id)
                return member.Name;
        foreach (var member in firstMembers)
            if (member.Id == id)
                return member.Name;
        return id.IsNone ? "nobody" : id.ToString();
    }

    /// <summary>The members of the files.</summary>
    public IReadOnlyList<MemberInfo> FirstMembers => firstMembers;

    /// <summary>Whether a committed configuration without this node came after one with it.</summary>
    public bool IsDetached => _isDetached;

    /// <summary>The members are those of the latest configuration that is committed; before there is one, those of the files.</summary>
    public void Follow(ConfigurationInUse configuration)
    {
        if (!configuration.IsCommitted || configuration.Latest.Members.IsEmpty) return;
        _members = [.. configuration.Latest.Members.Select(MemberOf).OrderBy(member => member.Name, StringComparer.Ordinal)];
        _isDetached = configuration.Latest.Find(self.Id) is null;
        MembersChanged?.Invoke();
    }

    /// <summary>A member as the log names it; what that leaves out the files may know.</summary>
    public MemberInfo MemberOf(ConfiguredMember member)
    {
        var file = firstMembers.FirstOrDefault(other => other.Id == member.Id);
        var contact = member.Contact.Or(new(file?.Name ?? "", file?.PeerAddress ?? "", file?.ClientAddress ?? ""));
        return new(member.Id, contact.Name, contact.Peer, contact.Client) { IsLearner = member.IsLearner };
    }

    private MemberInfo Own(IReadOnlyList<MemberInfo> members)
    {
        foreach (var member in members)
            if (member.Id == self.Id)
                return self with { IsLearner = member.IsLearner };
        return self;
    }

    /// <summary>A change of role as role scripts see it.</summary>
    public RoleStanding StandingAt(RoleChange change) =>
        new(change.To == Role.Leader, change.Leader.IsNone ? "" : NameOf(change.Leader), Fence.OfTerm(change.Term));

    /// <summary>Tells whoever listens, unless the node has said its last word.</summary>
    public void Announce(RoleChange change)
    {
        lock (_announcing)
        {
            if (!_isSilent) RoleChanged?.Invoke(change);
        }
    }

    /// <summary>Once this returns nobody hears of a role any more: while a node ends its core may yet win an election, which means nothing.</summary>
    public void Silence()
    {
        lock (_announcing) _isSilent = true;
    }
}
