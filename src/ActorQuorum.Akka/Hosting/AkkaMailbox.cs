using ActorQuorum.Hosting;
using Akka.Actor;

namespace ActorQuorum.Akka.Hosting;

/// <summary>The typed address of an Akka actor.</summary>
internal sealed class AkkaMailbox<TMessage>(AkkaHost host, IActorRef actor) : IMailbox<TMessage>
{
    /// <inheritdoc/>
    public void Tell(TMessage message)
    {
        if (!host.IsStopped) actor.Tell(message!, ActorRefs.NoSender);
    }

    /// <inheritdoc/>
    public override string ToString() => actor.Path.ToString();
}
