namespace ActorQuorum.TestKit.Linearizability;

/// <summary>What the checker found.</summary>
public enum Verdict
{
    /// <summary>Some order of the operations explains every answer.</summary>
    Linearizable,

    /// <summary>No order does.</summary>
    NotLinearizable,

    /// <summary>The bound on steps was reached before either was shown.</summary>
    GivenUp,
}
