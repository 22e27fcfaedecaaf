namespace ActorQuorum.StateMachines.Processors;

/// <summary>
/// A processor's own refusal: thrown by a handler, it discards the command's changes, and its text is the caller's answer. The text is a
/// result like any other, so it must be the same on every node. Any other exception discards the changes too, but its text stays in the log
/// of each node, for it may differ (numbers in the culture of a machine, say).
/// </summary>
public sealed class ProcessorException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Why the command is refused, the same on every node; cut to 1000 characters.</param>
    /// <param name="innerException">The cause, if there is one; it goes to no caller.</param>
    public ProcessorException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
