using System.Collections.Concurrent;
using Akka.Actor;

namespace ActorQuorum.Akka.Remoting;

/// <summary>The sessions of a system that frames may arrive in. The serializer, which Akka makes, finds them here.</summary>
internal sealed class InboundSessions : IExtension
{
    private readonly ConcurrentDictionary<ulong, InboundSession> _byNumber = new();

    /// <summary>Those of a system.</summary>
    public static InboundSessions Of(ActorSystem system) => system.WithExtension<InboundSessions, Provider>();

    /// <summary>The session of this number, or null.</summary>
    public InboundSession? Find(ulong number) => _byNumber.GetValueOrDefault(number);

    /// <summary>A session begins.</summary>
    public void Add(InboundSession session) => _byNumber[session.Number] = session;

    /// <summary>A session ends.</summary>
    public void Remove(InboundSession session) => _byNumber.TryRemove(session.Number, out _);

    private sealed class Provider : ExtensionIdProvider<InboundSessions>
    {
        public override InboundSessions CreateExtension(ExtendedActorSystem system) => new();
    }
}
