namespace ActorQuorum.Cli;

/// <summary>What the command's exit code tells a script; documented in docs/command-line.md.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>It failed, and the line on standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a configuration file is wrong.</summary>
    public const int Usage = 2;

    /// <summary>No majority answers: no leader, no answer in time, or no endpoint to be reached.</summary>
    public const int NoQuorum = 3;

    /// <summary>A write was sent and its answer is lost: it may take effect, now or later.</summary>
    public const int OutcomeUnknown = 4;

    /// <summary>Of <c>vote</c>: the network can build no majority with this node. The same number as above: no command can end in both ways.</summary>
    public const int NoMajority = 4;

    /// <summary>Of <c>vote</c>: another live node has this one's name.</summary>
    public const int NameTaken = 5;
}
