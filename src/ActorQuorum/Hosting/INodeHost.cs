namespace ActorQuorum.Hosting;

/// <summary>A host as a running node needs it: it says when it stopped, and why, and lets go of everything.</summary>
internal interface INodeHost : IActorHost, IAsyncDisposable
{
    /// <summary>Ends when the host was stopped; faults with the cause if an actor or the disk failed.</summary>
    Task Completion { get; }

    /// <summary>Whether no actor handles another message.</summary>
    bool IsStopped { get; }
}
