namespace ActorQuorum.Configuration;

/// <summary>What runs a node's actors.</summary>
public enum NodeRuntime
{
    /// <summary>The thread pool: an actor takes a thread only while it has something to do.</summary>
    Pool,

    /// <summary>A thread for each actor, asleep while it has nothing to do.</summary>
    Threads,

    /// <summary>Actors of Akka.NET, with peers over Akka.Remote: started by ActorQuorum.Akka, never by this library alone.</summary>
    Akka,
}
