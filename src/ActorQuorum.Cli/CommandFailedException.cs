namespace ActorQuorum.Cli;

/// <summary>Ends a command with one line on standard error and an exit code.</summary>
internal sealed class CommandFailedException : Exception
{
    public CommandFailedException(int exitCode, string message, Exception? innerException = null)
        : base(message, innerException) => ExitCode = exitCode;

    public int ExitCode { get; }
}
