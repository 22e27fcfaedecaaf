namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>A trace that cannot be run: what is wrong with it and, once known, in which file and line.</summary>
public sealed class TraceException(string message, Exception? inner = null) : Exception(message, inner);
