namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>Linux's table of processes.</summary>
internal static class RunningProcesses
{
    /// <summary>The ids of the processes whose command line names <paramref name="text"/>; one that is dead and not yet reaped has none.</summary>
    public static int[] Naming(string text) =>
        [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Where(name => CommandLine(name!).Contains(text, StringComparison.Ordinal)).Select(int.Parse!)];

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
