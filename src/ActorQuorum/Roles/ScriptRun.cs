using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Roles;

/// <summary>Runs one script: without a shell, for a bounded time, its output into the log.</summary>
internal sealed class ScriptRun(string node, string cluster, TimeSpan timeout, TimeProvider time, ILogger logger)
{
    private const int BufferBytes = 16 << 10;

    /// <summary>What a script left running may hold its output open for good; nobody waits for that.</summary>
    private static readonly TimeSpan OutputPatience = TimeSpan.FromMilliseconds(200);

    /// <summary>A process that waits for broken hardware cannot even be killed.</summary>
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(2);

    /// <summary>Runs a script to its end, or to the end of its time.</summary>
    public async Task RunAsync(RoleScript script, RoleStanding standing)
    {
        var began = time.GetTimestamp();
        using var process = TryStart(script, standing);
        if (process is null) return;
        logger.LogInformation("{Node} runs {Script} {Path} ({Fence})", node, script.Name, script.Path, standing.Fence.ToString());
        using var outputEnd = new CancellationTokenSource();
        var output = Task.WhenAll(
            ReadAsync(process.StandardOutput.BaseStream, script.Name, LogLevel.Information, outputEnd.Token),
            ReadAsync(process.StandardError.BaseStream, script.Name, LogLevel.Warning, outputEnd.Token));
        var hasEnded = await EndsInTimeAsync(process, script).ConfigureAwait(false);
        await Task.WhenAny(output, Task.Delay(OutputPatience, CancellationToken.None)).ConfigureAwait(false);
        await outputEnd.CancelAsync().ConfigureAwait(false);
        await output.ConfigureAwait(false);
        if (hasEnded) LogEnd(script, process.ExitCode, time.GetElapsedTime(began));
    }

    private Process? TryStart(RoleScript script, RoleStanding standing)
    {
        try
        {
            var process = Process.Start(StartInfo(script, standing))!;

            // Nothing to read: or it would take what is typed for the node.
            process.StandardInput.Close();
            return process;
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            logger.LogError(
                "{Node} {Script}: {Path} cannot be run: {Reason} {Advice}", node, script.Name, script.Path, e.Message,
                ScriptCheck.WhyUnusable(script.Path) is { } why ? $"It {why}" : "Try it by hand.");
            return null;
        }
    }

    private ProcessStartInfo StartInfo(RoleScript script, RoleStanding standing)
    {
        var start = new ProcessStartInfo(script.Path)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ACTORQUORUM_CLUSTER"] = cluster,
                ["ACTORQUORUM_NODE"] = node,
                ["ACTORQUORUM_ROLE"] = standing.Leads ? "leader" : "follower",
                ["ACTORQUORUM_LEADER"] = standing.Leader,
            },
        };
        foreach (var (name, value) in standing.Fence.Variables) start.Environment[name] = value;
        return start;
    }

    /// <summary>Whether it ended by itself.</summary>
    private async Task<bool> EndsInTimeAsync(Process process, RoleScript script)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        try
        {
            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            await KillAsync(process, script).ConfigureAwait(false);
            return false;
        }
    }

    private async Task KillAsync(Process process, RoleScript script)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            using var patience = new CancellationTokenSource(KillPatience);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            logger.LogError("{Node} {Script} did not end within {Timeout}: killed, and what it had started with it", node, script.Name, timeout);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or AggregateException or OperationCanceledException)
        {
            logger.LogError("{Node} {Script} did not end within {Timeout}, and could not be killed: {Reason}", node, script.Name, timeout, e.Message);
        }
    }

    private void LogEnd(RoleScript script, int exitCode, TimeSpan took) => logger.Log(
        exitCode == 0 ? LogLevel.Information : LogLevel.Warning,
        "{Node} {Script} ended with exit code {ExitCode} after {Milliseconds} ms", node, script.Name, exitCode, (long)took.TotalMilliseconds);

    private async Task ReadAsync(Stream stream, string script, LogLevel level, CancellationToken end)
    {
        var lines = new ScriptOutput(line => logger.Log(level, "{Node} {Script}: {Line}", node, script, line), time);
        var buffer = new byte[BufferBytes];
        try
        {
            while (await stream.ReadAsync(buffer, end).ConfigureAwait(false) is > 0 and var count) lines.Take(buffer.AsSpan(0, count));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Something that the script left running still holds the output; what it says is not ours any more.
        }

        lines.End();
    }
}
