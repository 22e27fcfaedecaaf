namespace ActorQuorum.Hosting;

/// <summary>
/// An actor: it lives in turns. A turn hands it what its mailbox holds, up to a bound, and then ends once, so that work collected from
/// many messages is done together. One turn runs at a time. An exception stops the node.
/// </summary>
/// <typeparam name="TMessage">The closed set of messages of this actor.</typeparam>
internal interface IActor<in TMessage>
{
    /// <summary>Handles one message.</summary>
    void Receive(TMessage message);

    /// <summary>Acts on what this turn's messages collected.</summary>
    void EndTurn();
}

/// <summary>The address of an actor: a message told to it is handled in a later turn, in order for each sender.</summary>
/// <typeparam name="TMessage">The actor's messages.</typeparam>
internal interface IMailbox<in TMessage>
{
    /// <summary>Puts a message into the mailbox. Never blocks; after the actor stopped the message is dropped.</summary>
    void Tell(TMessage message);

    /// <summary>How many messages wait, at about this moment; null where the host does not count them.</summary>
    int? Waiting => null;
}

/// <summary>Runs one disk job at a time, off the actors.</summary>
internal interface IDiskLane
{
    /// <summary>
    /// Runs <paramref name="write"/> and then <paramref name="flush"/> in the lane, then <paramref name="done"/>.
    /// An exception in either stops the node. At most one job is given at a time.
    /// </summary>
    void Run(Action write, Action flush, Action done);
}

/// <summary>What hosts the actors of one node: mailboxes on threads, the simulator, or Akka.NET.</summary>
internal interface IActorHost
{
    /// <summary>The only clock of the node. Its timestamps are monotonic.</summary>
    TimeProvider Time { get; }

    /// <summary>Starts an actor; from then on its mailbox is served.</summary>
    /// <param name="name">The actor's name in logs: node, clock, election or storage.</param>
    /// <param name="actor">The actor.</param>
    /// <param name="turnMessages">The most messages in one turn.</param>
    IMailbox<TMessage> Start<TMessage>(string name, IActor<TMessage> actor, int turnMessages);

    /// <summary>Starts a lane; those of one host work side by side.</summary>
    /// <param name="name">The lane's name in logs, which no actor has: disk or snapshot-disk.</param>
    IDiskLane StartDiskLane(string name);

    /// <summary>Calls <paramref name="callback"/> every <paramref name="period"/> until disposed.</summary>
    IDisposable Every(TimeSpan period, Action callback);

    /// <summary>Fail-stop: no actor of this node handles another message.</summary>
    /// <param name="cause">The node's last word.</param>
    void Fail(Exception cause);
}
