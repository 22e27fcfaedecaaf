using System.Collections.Immutable;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.TestKit.Cluster;

/// <content>Members come and go.</content>
public sealed partial class SimulatedCluster
{
    private const int MostNodes = 15;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    /// <summary>The running nodes that are members by the leader's configuration; without a leader, all that run.</summary>
    public IReadOnlyList<SimulatedNode> Members =>
        [.. _nodes.Where(node => node.IsRunning && (Leader is not { } leader || leader.Core.Membership.Find(node.Id) is not null))];

    /// <summary>The names of those who vote by the leader's configuration, in order; none without a leader.</summary>
    public IReadOnlyList<string> Voters => [.. _nodes.Where(node => Leader?.Core.Membership.Find(node.Id) is { IsVoter: true }).Select(node => node.Name)];

    /// <summary>A node that is none of the first ones. It is not yet a member, and does not run: see <see cref="Attach"/> and <see cref="Join"/>.</summary>
    /// <returns>The node, called n and its number.</returns>
    public SimulatedNode Add()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_nodes.Count, MostNodes);
        var number = _nodes.Count + 1;
        var member = new MemberOptions($"n{number}", $"n{number}:1", $"n{number}:2");
        var node = _make(member, [member]);
        node.IsAway = true;
        _nodes.Add(node);
        return node;
    }

    /// <summary>Starts a node, with an empty disk, that was added to the cluster.</summary>
    /// <param name="node">The node.</param>
    public void Join(SimulatedNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.IsRunning) throw new InvalidOperationException($"{node.Name} runs; crash it first");
        DemandHere(node);
        Note($"join {node.Name}");
        if (node.HasProcess) Crash(node);
        node.WipeDisk();
        TellToJoin(node);
        node.IsAway = false;
        Reached.Joins++;
        node.Start();
    }

    /// <summary>A client of a node asks for members to be added, which vote once they have caught up.</summary>
    /// <param name="asked">The node it asks.</param>
    /// <param name="newcomers">Who is added.</param>
    /// <returns>The request, whose answer comes while the cluster runs.</returns>
    public SimulatedRequest Attach(SimulatedNode asked, params SimulatedNode[] newcomers) => Change(asked, new AttachMembers(NewcomersOf(newcomers), s_patience));

    /// <summary>A client of a node asks for members to be added without a vote.</summary>
    /// <param name="asked">The node it asks.</param>
    /// <param name="newcomers">Who is added.</param>
    /// <returns>The request, whose answer comes while the cluster runs.</returns>
    public SimulatedRequest AttachLearners(SimulatedNode asked, params SimulatedNode[] newcomers) => Change(asked, new AddLearners(NewcomersOf(newcomers)));

    /// <summary>A client of a node asks for learners to vote.</summary>
    /// <param name="asked">The node it asks.</param>
    /// <param name="learners">Which.</param>
    /// <returns>The request, whose answer comes while the cluster runs.</returns>
    public SimulatedRequest Promote(SimulatedNode asked, params SimulatedNode[] learners) => Change(asked, new PromoteMembers([.. learners.Select(node => node.Id)]));

    /// <summary>A client of a node asks for members to be removed.</summary>
    /// <param name="asked">The node it asks.</param>
    /// <param name="members">Which.</param>
    /// <returns>The request, whose answer comes while the cluster runs.</returns>
    public SimulatedRequest Detach(SimulatedNode asked, params SimulatedNode[] members) => Change(asked, new DetachMembers([.. members.Select(node => node.Id)]));

    /// <summary>Runs until a change is answered.</summary>
    /// <param name="change">The change.</param>
    /// <param name="withinSeconds">Virtual seconds.</param>
    /// <exception cref="TimeoutException">It was not answered within the virtual time given.</exception>
    public void RunUntilEnded(SimulatedRequest change, double withinSeconds = 10)
    {
        ArgumentNullException.ThrowIfNull(change);
        RunUntil(() => change.IsEnded, "an answer", withinSeconds);
    }

    /// <summary>Runs until no change is under way and none will begin by itself.</summary>
    /// <param name="withinSeconds">Virtual seconds.</param>
    /// <exception cref="TimeoutException">The members did not come to rest within the virtual time given.</exception>
    public void RunUntilSettled(double withinSeconds = 10) => RunUntil(() => IsSettled, "the members are settled", withinSeconds);

    /// <summary>Whether the leader knows its configuration to be committed, and it is neither joint nor waits for newcomers.</summary>
    internal bool IsSettled =>
        Leader is { Core: var core } && core.MembershipIndex <= core.CommitIndex && !core.Membership.IsJoint
        && core.Membership.Members.All(member => !member.IsPending);

    /// <summary>
    /// Whether one disk more can be spared: all members run and are proven, and no change is under way. Of a cluster that never changed its members
    /// every node is one, whoever leads.
    /// </summary>
    internal bool MayLoseDisk
    {
        get
        {
            var hasChanged = Reached.Changes > 0 && _nodes.Exists(node => node.Identity.IsJoining || node.IsAway);
            if (!hasChanged) return _nodes.TrueForAll(node => node.IsRunning && node.IsProven);
            return Leader is { } leader && IsSettled && leader.Core.Membership.Voters.Length > 2
                && leader.Core.Membership.Members.All(member => _nodes.Exists(node => node.Id == member.Id && node.IsRunning && node.IsProven));
        }
    }

    /// <summary>From its next start on a node founds nothing, and looks for all that there are.</summary>
    internal void TellToJoin(SimulatedNode node) => node.JoinAs(_nodes[0].Identity.ClusterId, [.. _nodes.Select(other => other.Identity.Self)]);

    /// <summary>A client of a node asks for a change.</summary>
    internal SimulatedRequest Change(SimulatedNode asked, MembershipChange change, double patienceSeconds = 5)
    {
        Note($"{asked.Name} is asked for {change.GetType().Name}");
        return Ask(asked, RequestKind.Change, Consistency.Serializable, change.Encode(), patienceSeconds);
    }

    internal static ImmutableArray<Newcomer> NewcomersOf(IEnumerable<SimulatedNode> nodes) =>
        [.. nodes.Select(node => node.Identity.Self).Select(self => new Newcomer(self.Id, new(self.Name, self.PeerAddress, self.ClientAddress)))];
}
