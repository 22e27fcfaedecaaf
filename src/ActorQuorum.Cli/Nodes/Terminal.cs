using System.Runtime.InteropServices;

namespace ActorQuorum.Cli.Nodes;

/// <summary>What .NET does not tell about the terminal.</summary>
internal static partial class Terminal
{
    /// <summary>Whether this process runs behind its terminal (<c>&amp;</c>): reading from it would stop the process (SIGTTIN).</summary>
    public static bool IsBackgroundJob()
    {
        if (OperatingSystem.IsWindows() || Console.IsInputRedirected)
            return false;
        var foreground = ForegroundGroup(0);
        return foreground >= 0 && foreground != OwnGroup();
    }

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int ForegroundGroup(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int OwnGroup();
}
