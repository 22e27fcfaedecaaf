namespace ActorQuorum.Server.Json;

/// <summary>The text is no JSON, or not of the message's form. The message is etcd's own, which is Go's.</summary>
/// <param name="message">What is wrong.</param>
internal sealed class BadJsonException(string message) : Exception(message);
