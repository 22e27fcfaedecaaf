namespace ActorQuorum.TestKit;

/// <summary>A simulated cluster broke one of its promises: an invariant, liveness, or linearizability.</summary>
public sealed class BrokenPromiseException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="promise">The promise's name, as the invariant's class is called.</param>
    /// <param name="message">What was seen, with the nodes and numbers.</param>
    public BrokenPromiseException(string promise, string message)
        : base($"{promise}: {message}") => Promise = promise;

    /// <summary>The promise that was broken.</summary>
    public string Promise { get; }
}
