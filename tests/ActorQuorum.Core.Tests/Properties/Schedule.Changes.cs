using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Properties;

/// <content>Changes of the members, joining nodes, snapshots on their way.</content>
internal sealed partial class Schedule
{
    private const int MostNodes = 6;

    // Fewer voters than three cannot spare the one whose disk is lost: what is lost with a majority is lost for good.
    private const int LeastVoters = 3;

    // Without a leader that is settled now and then most changes would be refused.
    private const int StepsBetweenCalms = 250;

    private readonly bool _changesMembers;

    /// <summary>The faults pause, and another change begins in good weather.</summary>
    private void Calm(int which)
    {
        EndFaults();
        _cluster.Run(TimeSpan.FromMilliseconds(which / 8 % 2000));
        Leader().Change(++_requestId, AnyChange(which));
    }

    private void ChangeOrCompact(int what, int which, CoreNode node)
    {
        switch (what)
        {
            case < 16: Leader().Change(++_requestId, AnyChange(which)); break;
            case < 20: if (_cluster.Nodes.Count < MostNodes) _cluster.Join(); break;
            case < 28: TakeSnapshot(node); break;
            case < 42: DeliverSnapshot(which); break;
            case < 56: Install(node); break;
            default: LoseSnapshot(which); break;
        }
    }

    /// <summary>Any change: some are refused, which is a case too. Voters are removed only while enough are left.</summary>
    private MembershipChange AnyChange(int which)
    {
        var membership = Leader().Core.Membership;
        var strangers = Enumerable.Range(1, MostNodes).Where(n => membership.Find(CoreCluster.Id(n)) is null).Select(CoreCluster.NewcomerOf).ToList();
        var learners = membership.Learners.Select(m => m.Id).ToList();
        var patience = TimeSpan.FromMilliseconds(500 + (which / 64 % 4 * 1000));
        return (which / 8 % 5) switch
        {
            0 when strangers.Count > 0 => new AttachMembers([.. strangers.Take(1 + (which / 512 % 2))], patience),
            1 when strangers.Count > 0 => new AddLearners([strangers[^1]]),
            2 when learners.Count > 0 => new PromoteMembers([learners[which / 64 % learners.Count]]),
            3 when membership.Voters.Length > LeastVoters => new DetachMembers([membership.Voters[which / 64 % membership.Voters.Length].Id]),
            4 when learners.Count > 0 => new DetachMembers([learners[0]]),
            _ => new UpdateContact(membership.Members[0].Id, new("", "", $"client:{which % 1000}")),
        };
    }

    private static void TakeSnapshot(CoreNode node)
    {
        if (node.Installing is null && node.Applied.Count > node.Snapshot.Index) node.TakeSnapshot();
    }

    private void DeliverSnapshot(int which)
    {
        if (_cluster.Transfers.Count == 0) return;
        var transfer = _cluster.Transfers[which % _cluster.Transfers.Count];

        // Sometimes it comes a second time, later.
        if (which / 16 % 4 > 0) _cluster.Transfers.Remove(transfer);
        _cluster.DeliverOne(transfer);
    }

    private void LoseSnapshot(int which)
    {
        if (_cluster.Transfers.Count == 0) return;
        var transfer = _cluster.Transfers[which % _cluster.Transfers.Count];
        _cluster.Transfers.Remove(transfer);
        if (transfer.From.IsUp) transfer.From.Turn(new SnapshotFailed(transfer.To));
    }

    private void Install(CoreNode node)
    {
        if (node.Installing is not null) node.Install();
    }

    private bool CanLose(CoreNode node)
    {
        if (!_changesMembers) return _cluster.Nodes.All(n => n.State.Proven);
        var membership = Leader().Core.Membership;
        return !membership.IsJoint && MembersOf(Leader()).All(n => n == node || n.State.Proven);
    }

    /// <summary>Who is up of the leader's configuration.</summary>
    private IEnumerable<CoreNode> MembersOf(CoreNode leader) => _cluster.Nodes.Where(n => leader.Core.Membership.Find(n.Id) is not null);

    /// <summary>One leads, and no change is under way, nor will one begin by itself.</summary>
    private bool IsQuiet()
    {
        if (_cluster.Nodes.Where(n => n.Role == Role.Leader).ToList() is not [var leader]) return false;
        var membership = leader.Core.Membership;
        return !membership.IsJoint && membership.Members.All(m => !m.IsPending)
            && leader.Configurations is [.., { IsCommitted: true, Departing.IsEmpty: true }];
    }
}
