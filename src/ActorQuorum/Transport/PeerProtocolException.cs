namespace ActorQuorum.Transport;

/// <summary>A peer sent what the protocol does not allow: its connection is closed, nothing else is harmed.</summary>
internal sealed class PeerProtocolException(string message) : Exception(message);
