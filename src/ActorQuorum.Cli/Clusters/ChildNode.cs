using System.Diagnostics;
using ActorQuorum.Cli.Commands;

namespace ActorQuorum.Cli.Clusters;

/// <summary>One node of a local cluster: a process of its own, which ends when this one does.</summary>
internal sealed class ChildNode
{
    private readonly string _name;
    private readonly string _config;
    private readonly bool _debug;
    private readonly MergedLog _log;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Process? _process;
    private bool _isStopping;

    public ChildNode(string name, string config, bool debug, MergedLog log)
    {
        _name = name;
        _config = config;
        _debug = debug;
        _log = log;
    }

    /// <summary>Ends with the process' exit code, once all it printed is relayed.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Starts the process on a thread that lives as long as it: Linux ties the parent's death to that thread.</summary>
    public void Start() => new Thread(RunToEnd) { IsBackground = true, Name = _name }.Start();

    /// <summary>Asks the process to stop: the end of its standard input.</summary>
    public void RequestStop()
    {
        lock (_lock)
        {
            _isStopping = true;
            CloseInput();
        }
    }

    public void Kill()
    {
        lock (_lock)
        {
            if (_process is { HasExited: false } running)
                running.Kill();
        }
    }

    private void RunToEnd()
    {
        try
        {
            using var process = Process.Start(StartInfo())!;
            lock (_lock)
            {
                _process = process;
                if (_isStopping)
                    CloseInput();
            }

            process.OutputDataReceived += (_, line) => Relay(line.Data);
            process.ErrorDataReceived += (_, line) => Relay(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            process.WaitForExit();
            int exitCode;
            lock (_lock)
            {
                exitCode = process.ExitCode;
                _process = null;
            }

            if (!_isStopping)
                ReportDeath(exitCode);
            _exited.SetResult(exitCode);
        }
        catch (Exception e)
        {
            _exited.TrySetException(new CommandFailedException(ExitCode.Failed, $"cannot run node {_name}: {e.Message}", e));
        }
    }

    private ProcessStartInfo StartInfo()
    {
        var start = ThisProgram.StartInfo(["run", "-c", _config, RunCommand.FollowInput, .. _debug ? ["-d"] : Array.Empty<string>()]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        return start;
    }

    private void CloseInput()
    {
        try
        {
            _process?.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process is gone already; there is nothing left to close.
        }
    }

    private void Relay(string? line)
    {
        if (line is not null)
            _log.Relay(_name, line);
    }

    private void ReportDeath(int exitCode) => _log.Say(
        "WRN", $"{_name} has ended ({Describe(exitCode)}). Start it again with: {ThisProgram.TypedLine("run", "-c", Shown(_config))}");

    // .NET reports death by signal as 128 + signal, as shells do.
    private static string Describe(int exitCode) => exitCode switch
    {
        128 + 9 => "killed",
        > 128 and < 160 => $"killed by signal {exitCode - 128}",
        _ => $"exit code {exitCode}",
    };

    /// <summary>Short where the user stands near it.</summary>
    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
