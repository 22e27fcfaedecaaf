using System.Runtime.InteropServices;

namespace ActorQuorum.Cli.Nodes;

/// <summary>Asks Linux to kill this process when its parent dies: a second belt beside the end of standard input.</summary>
internal static partial class ParentDeath
{
    private const int SetParentDeathSignal = 1;
    private const nuint Kill = 9;

    // The signal comes when the *thread* that started this process ends; ChildNode keeps one thread a child for that.
    public static void KillsThisProcess()
    {
        if (OperatingSystem.IsLinux())
            _ = ProcessControl(SetParentDeathSignal, Kill, 0, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);
}
