using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Actors;

/// <summary>Hosts the constant election's core: hands it its inputs, and carries out once a turn what they amount to.</summary>
internal sealed class VotingElection(VotingCore core, NodeContext context) : IElection
{
    private VotingSight _sight = VotingSight.Of(core, default);

    /// <inheritdoc/>
    public void Step(TimeSpan now, ElectionMessage message)
    {
        var input = message.Voting ?? message.Input switch
        {
            Tick => VotingTick.Instance,
            Unreachable(var peer) => new ConnectionBroken(peer),
            _ => null,
        };
        if (input is not null) core.Step(now, input);
    }

    /// <inheritdoc/>
    public void EndTurn()
    {
        var effects = core.EndTurn();
        if (effects.Persist is { } persist) context.Storage.Tell(new KeepEpoch(persist));
        TellNode(effects);
        core.BeginTurn();
    }

    private void TellNode(VotingEffects effects)
    {
        var sight = VotingSight.Of(core, _sight);
        if (effects.IsEmpty && sight.Equals(_sight)) return;
        _sight = sight;
        context.Node.Tell(new VotingTurn(
            [.. effects.RoleChanges], [.. effects.Connect], [.. effects.Messages], [.. effects.Disconnect], [.. effects.Events], effects.Stop, sight));
    }
}
