using ActorQuorum.Core.Raft;
using Akka.Actor;

namespace ActorQuorum.Akka.Remoting;

/// <summary>Another member: where it is, and how the conversation with it stands. For the transport's actor alone, but for <see cref="Outbound"/>.</summary>
internal sealed class RemotePeer(MemberId id, string name, Address address)
{
    private volatile OutboundSession? _outbound;

    /// <summary>The member.</summary>
    public MemberId Id => id;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The address of its actor system.</summary>
    public Address Address => address;

    /// <summary>Its transport's actor.</summary>
    public required IActorRef Actor { get; init; }

    /// <summary>The way to it as a selection, which untrusted mode lets through to this path alone.</summary>
    public required ActorSelection Selection { get; init; }

    /// <summary>The session that this member may speak in; null while there is none. Read from any thread.</summary>
    public OutboundSession? Outbound
    {
        get => _outbound;
        set => _outbound = value;
    }

    /// <summary>The session that the other may speak in; null while there is none.</summary>
    public InboundSession? Inbound { get; set; }

    /// <summary>The number of the hello under way; 0 if there is none.</summary>
    public ulong Nonce { get; set; }

    /// <summary>When the latest hello left.</summary>
    public TimeSpan GreetedAt { get; set; }

    /// <summary>When the hello under way is given up, or the next one is due.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>How many hellos were in vain since the last session.</summary>
    public int Failures { get; set; }

    /// <summary>Why the last hello was in vain, to be said once.</summary>
    public string? LastProblem { get; set; }

    /// <summary>Whether there ever was a session.</summary>
    public bool WasConnected { get; set; }
}
