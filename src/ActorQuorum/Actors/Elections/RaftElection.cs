using ActorQuorum.Core.Raft;

namespace ActorQuorum.Actors;

/// <summary>Hosts Raft's core: hands it its inputs, and carries out once a turn what they amount to.</summary>
internal sealed class RaftElection(RaftCore core, NodeContext context, MessageLog log, IdentityLog identity) : IElection
{
    private CoreStatus _status = CoreStatus.Of(core);
    private readonly HashSet<MemberId> _sending = [];
    private bool _hasSnapshotArrived;

    /// <inheritdoc/>
    public void Step(TimeSpan now, ElectionMessage message)
    {
        if (message.Input is InspectElection(var inspection))
        {
            inspection.See(core, now);
            return;
        }

        if (message.Input is not { } input) return;
        log.Received(input);
        core.Step(now, input);
        _hasSnapshotArrived |= input is SnapshotArrived;
        if (input is Tick) identity.Look(core, now);
    }

    /// <inheritdoc/>
    public void EndTurn()
    {
        var effects = core.EndTurn();
        log.Sent(effects);
        if (effects.Persist is { } persist) context.Storage.Tell(new PersistWork(persist));
        if (!effects.Apply.IsEmpty) context.Storage.Tell(new ApplyWork(effects.Apply));
        TellSnapshots(effects);
        TellNode(effects);
        core.BeginTurn();
    }

    private void TellSnapshots(Effects effects)
    {
        // What the core no longer waits for ends here: of two that went on, each would have the follower drop what the other sent.
        if (_sending.Count > 0) _sending.RemoveWhere(Withdraw);
        foreach (var to in effects.SnapshotsWanted)
        {
            _sending.Add(to);
            var follower = core.Followers.First(follower => follower.Id == to);
            context.Snapshots.Tell(new SendSnapshot(to, core.Term, follower.SnapshotIndex, follower.IsOutrun));
        }

        if (!_hasSnapshotArrived) return;
        _hasSnapshotArrived = false;
        context.Snapshots.Tell(new SnapshotJudged(effects.InstallSnapshot));
    }

    /// <summary>Whether the core waits no more for what this member was to get: it no longer leads, or the member has what it needs, or is gone.</summary>
    private bool Withdraw(MemberId to)
    {
        foreach (var follower in core.Followers)
            if (follower.Id == to && follower.IsSnapshotting)
                return false;
        context.Snapshots.Tell(new WithdrawSnapshot(to));
        return true;
    }

    private void TellNode(Effects effects)
    {
        var status = CoreStatus.Of(core);
        var isQuiet = effects.Messages.Count == 0 && effects.Accepted.Count == 0 && effects.Refused.Count == 0
            && effects.Reads.Count == 0 && effects.RoleChanges.Count == 0 && status == _status;
        var membership = MembershipOf(effects);
        if (isQuiet && membership is null) return;
        _status = status;
        context.Node.Tell(new ElectionTurn(
            [.. effects.Messages], [.. effects.Accepted], [.. effects.Refused], [.. effects.Reads], [.. effects.RoleChanges], status)
        {
            Membership = membership,
        });
    }

    private static MembershipTurn? MembershipOf(Effects effects) =>
        effects.ChangesDone.Count == 0 && effects.ChangesRefused.Count == 0 && effects.Configuration is null
            ? null
            : new([.. effects.ChangesDone], [.. effects.ChangesRefused], effects.Configuration);
}
