using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Hosting;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>What the ElectionActor is told: an input of a core, and the credit of the connection that it came in on.</summary>
/// <param name="Input">The input, of Raft's core or of any; null if there is <paramref name="Voting"/>.</param>
/// <param name="Credit">Released once the input was handled; null if it did not come from a peer.</param>
/// <param name="Voting">An input of the constant election's core, or null.</param>
internal readonly record struct ElectionMessage(RaftInput? Input, IInboundCredit? Credit = null, VotingInput? Voting = null)
{
    /// <summary>Time has passed.</summary>
    public static ElectionMessage Tick { get; } = new(Core.Raft.Tick.Instance);
}

/// <summary>A protocol that elects, as the ElectionActor hosts it.</summary>
internal interface IElection
{
    /// <summary>Hands its core an input.</summary>
    void Step(TimeSpan now, ElectionMessage message);

    /// <summary>Carries out what the inputs of this turn amount to.</summary>
    void EndTurn();
}

/// <summary>Hosts the core of the election: Raft's, or the constant election's.</summary>
internal sealed class ElectionActor(IElection election, NodeContext context) : IActor<ElectionMessage>
{
    public void Receive(ElectionMessage message)
    {
        election.Step(context.Now, message);
        message.Credit?.Release();
        if (message.Input is Tick) context.Clock.Tell(ClockMessage.ElectionTicked);
    }

    public void EndTurn() => election.EndTurn();
}
