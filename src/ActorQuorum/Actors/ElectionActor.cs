using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>What the ElectionActor is told: an input of the core, and the credit of the connection that it came in on.</summary>
/// <param name="Input">The input.</param>
/// <param name="Credit">Released once the input was handled; null if it did not come from a peer.</param>
internal readonly record struct ElectionMessage(RaftInput Input, IInboundCredit? Credit = null)
{
    /// <summary>Time has passed.</summary>
    public static ElectionMessage Tick { get; } = new(Core.Raft.Tick.Instance);
}

/// <summary>Hosts the core: hands it its inputs, and carries out once a turn what they amount to.</summary>
internal sealed class ElectionActor(RaftCore core, NodeContext context, MessageLog log, IdentityLog identity) : IActor<ElectionMessage>
{
    private CoreStatus _status = CoreStatus.Of(core);
    private bool _hasSnapshotArrived;

    public void Receive(ElectionMessage message)
    {
        var now = context.Now;
        if (message.Input is InspectElection(var inspection))
        {
            inspection.See(core, now);
            return;
        }

        log.Received(message.Input);
        core.Step(now, message.Input);
        _hasSnapshotArrived |= message.Input is SnapshotArrived;
        message.Credit?.Release();
        if (message.Input is not Tick) return;
        identity.Look(core, now);
        context.Clock.Tell(ClockMessage.ElectionTicked);
    }

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
        foreach (var to in effects.SnapshotsWanted) context.Snapshots.Tell(new SendSnapshot(to, core.Term));
        if (!_hasSnapshotArrived) return;
        _hasSnapshotArrived = false;
        context.Snapshots.Tell(new SnapshotJudged(effects.InstallSnapshot));
    }

    private void TellNode(Effects effects)
    {
        var status = CoreStatus.Of(core);
        var isQuiet = effects.Messages.Count == 0 && effects.Accepted.Count == 0 && effects.Refused.Count == 0
            && effects.Reads.Count == 0 && effects.RoleChanges.Count == 0 && status == _status;
        if (isQuiet) return;
        _status = status;
        context.Node.Tell(new ElectionTurn(
            [.. effects.Messages], [.. effects.Accepted], [.. effects.Refused], [.. effects.Reads], [.. effects.RoleChanges], status));
    }
}
