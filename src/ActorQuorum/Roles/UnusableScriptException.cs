namespace ActorQuorum.Roles;

/// <summary>A role script that cannot be run, found at the start rather than at the first change of leadership.</summary>
internal sealed class UnusableScriptException(string message) : IOException(message);
