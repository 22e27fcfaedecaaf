namespace ActorQuorum.Actors;

/// <summary>What callers are told while a node's life ends, and after it if no other follows.</summary>
/// <param name="Error">What a request ends in for which nothing was done.</param>
/// <param name="Text">The same in words.</param>
/// <param name="Unanswered">What is said of a request that was handed on and not answered.</param>
internal sealed record Farewell(QuorumError Error, string Text, string Unanswered)
{
    /// <summary>The node stops.</summary>
    public static Farewell Stops { get; } = new(
        QuorumError.Stopped, "the node stops; ask another member", "the node stopped before it answered; read before repeating it");

    /// <summary>The node leaves its cluster. Nothing was done for whoever is refused meanwhile, and it goes on in a moment.</summary>
    public static Farewell GoesAlone { get; } = new(
        QuorumError.NoLeader, "the node leaves its cluster at this moment and goes on alone: repeat it soon",
        "the node left its cluster before it answered: what stood in its log it takes along, what its old cluster has of it this node does not know; read before repeating it");

    /// <summary>The node forgets everything, and goes on in a moment.</summary>
    public static Farewell Forgets { get; } = new(
        QuorumError.NoLeader, "the node is being reset at this moment: repeat it soon", "the node was reset before it answered, and what it held is gone");
}
