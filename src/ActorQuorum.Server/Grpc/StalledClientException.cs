namespace ActorQuorum.Server.Grpc;

/// <summary>A client does not take its answer: its call is cut off, and nothing is said to it, for it would not take that either.</summary>
/// <param name="message">What it did not take, and for how long.</param>
internal sealed class StalledClientException(string message) : Exception(message);
