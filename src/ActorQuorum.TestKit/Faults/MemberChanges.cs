using ActorQuorum.Core;
using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Faults;

/// <summary>
/// An operator who adds, removes, promotes and replaces members all the time, whatever else befalls the cluster: asks any node, starts the
/// newcomers soon, late or never, lets removed nodes go on for a while, and brings them back with an empty disk or the one they had.
/// </summary>
internal sealed class MemberChanges
{
    private const int LeastVoters = 3;
    private const int MostVoters = 7;
    private const int MostNodes = 12;
    private static readonly TimeSpan LongestBreak = TimeSpan.FromSeconds(1.2);
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(6);
    private readonly SimulatedCluster _cluster;
    private readonly SplitMix64 _random;
    private bool _isStopped;

    public MemberChanges(SimulatedCluster cluster, ulong seed)
    {
        _cluster = cluster;
        _random = new(seed ^ 0x3E3B_E25C_11A6_6E55);
        After(_random.Between(LongestBreak, LongestBreak * 2), Act);
    }

    /// <summary>Begins nothing any more.</summary>
    public void Stop() => _isStopped = true;

    private void Act()
    {
        if (_cluster.Leader is { } leader) Change(leader.Core.Membership);
        After(_random.Between(TimeSpan.Zero, LongestBreak), Act);
    }

    private void Change(Membership members)
    {
        switch (_random.Below(8))
        {
            case 0 or 1 or 2: Grow(members); break;
            case 3 or 4: Shrink(members); break;
            case 5: Learn(members); break;
            case 6: Promote(members); break;
            default: Nonsense(members); break;
        }
    }

    /// <summary>One or two at once; who is asked twice, or with one who is there, is refused.</summary>
    private void Grow(Membership members)
    {
        if (members.Voters.Length >= MostVoters) return;
        var newcomers = Strangers(members, 1 + (int)_random.Below(2));
        if (newcomers.Count == 0) return;
        Ask(new AttachMembers(SimulatedCluster.NewcomersOf(newcomers), _random.Between(LongestStart, LongestPatience)));
        foreach (var newcomer in newcomers) StartSometime(newcomer);
    }

    private void Learn(Membership members)
    {
        var newcomers = Strangers(members, 1);
        if (newcomers.Count == 0) return;
        Ask(new AddLearners(SimulatedCluster.NewcomersOf(newcomers)));
        foreach (var newcomer in newcomers) StartSometime(newcomer);
    }

    private void Promote(Membership members)
    {
        if (members.Learners.Select(member => member.Id).ToList() is { Count: > 0 } learners)
            Ask(new PromoteMembers([learners[(int)_random.Below(learners.Count)]]));
    }

    /// <summary>
    /// Voters are removed while enough are left to spare the one whose disk may be lost next; half of the time the leader itself is. A disk
    /// that is lost and not yet bound again counts for none.
    /// </summary>
    private void Shrink(Membership members)
    {
        var gone = members.Members[(int)_random.Below(members.Members.Length)];
        if (_random.Below(2) == 0 && _cluster.Leader is { } leader && members.Find(leader.Id) is { } leading) gone = leading;
        if (!gone.IsLearner && (members.Voters.Length <= LeastVoters || HasLostDisk(members, gone.Id))) return;
        Ask(new DetachMembers([gone.Id]));

        // Half of the removed processes are ended some time later, the others go on without a part in anything.
        if (NodeOf(gone.Id) is not { } node || _random.Below(2) == 0) return;
        After(_random.Between(TimeSpan.Zero, LongestStart), () =>
        {
            if (!node.IsRunning || IsMember(node)) return;
            node.IsAway = true;
            _cluster.Crash(node);
        });
    }

    private void Nonsense(Membership members) => Ask(_random.Below(3) switch
    {
        0 => new DetachMembers([new(4711)]),
        1 => new DetachMembers([.. members.Members.Select(member => member.Id)]),
        _ => new AttachMembers([new(members.Voters[0].Id, MemberContact.Unknown)], LongestPatience),
    });

    private void Ask(MembershipChange change)
    {
        var nodes = _cluster.Nodes;
        var asked = nodes[(int)_random.Below(nodes.Count)];
        if (asked.IsRunning) _cluster.Change(asked, change);
    }

    /// <summary>Nodes that were never members, or are none any more.</summary>
    private List<SimulatedNode> Strangers(Membership members, int count)
    {
        var strangers = _cluster.Nodes.Where(node => members.Find(node.Id) is null).ToList();
        while (strangers.Count < count && _cluster.Nodes.Count < MostNodes) strangers.Add(_cluster.Add());
        while (strangers.Count > count) strangers.RemoveAt((int)_random.Below(strangers.Count));
        return strangers;
    }

    /// <summary>Soon, late, or not before its time is over. Who ran before comes with its old disk, or with an empty one.</summary>
    private void StartSometime(SimulatedNode node)
    {
        if (_random.Below(6) == 0) return;
        After(_random.Between(TimeSpan.Zero, LongestStart), () =>
        {
            if (!node.IsAway || node.Alone is not null) return;
            if (node.Incarnation == 0 || _random.Below(2) == 0)
            {
                _cluster.Join(node);
                return;
            }

            node.IsAway = false;
            Restart(node);
        });
    }

    private void Restart(SimulatedNode node)
    {
        if (node.IsAway || node.IsRunning) return;
        try
        {
            if (node.HasProcess) _cluster.Crash(node);
            _cluster.Restart(node);
        }
        catch (DiskFullException)
        {
            // A start needs room, too: somebody tries again once there is some.
            _cluster.Crash(node);
            After(LongestBreak, () => Restart(node));
        }
    }

    /// <summary>Whether a voter's disk is lost. One that went on alone may be removed all the same: its disk is the one that is lost.</summary>
    private bool HasLostDisk(Membership members, MemberId gone) => members.Voters.Select(voter => NodeOf(voter.Id)).Any(
        node => node is not { IsDiskBound: true } && (node?.Alone is null || node.Id != gone));

    private bool IsMember(SimulatedNode node) => _cluster.Leader is not { } leader || leader.Core.Membership.Find(node.Id) is not null;

    private SimulatedNode? NodeOf(MemberId id) => _cluster.Nodes.FirstOrDefault(node => node.Id == id);

    private void After(TimeSpan delay, Action action) => _cluster.Simulation.After(delay, () =>
    {
        if (!_isStopped) action();
    });
}
