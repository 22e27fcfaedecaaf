using System.Diagnostics;

namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>One process of the built command; killed by its id at the latest when the test ends.</summary>
internal sealed class CliProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private static readonly string Library = Path.Combine(AppContext.BaseDirectory, "actorquorum.dll");

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly List<string> _errors = [];
    private readonly int _id;

    private CliProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_lines, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _id = _process.Id;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Output => Joined(_lines);

    public string Errors => Joined(_errors);

    public static CliProcess Start(params IEnumerable<string> arguments) => new(StartInfo("dotnet", [Library, .. arguments]));

    public static CliProcess StartProgram(string program, params IEnumerable<string> arguments) => new(StartInfo(program, arguments));

    /// <summary>A program of ours beside the command, in a folder of its own.</summary>
    public static CliProcess StartLibrary(string name, string folder, params IEnumerable<string> arguments)
    {
        var start = StartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, name + ".dll"), .. arguments]);
        start.WorkingDirectory = folder;
        return new(start);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<CliProcess> RunAsync(params IEnumerable<string> arguments) => await RunAsync(Start(arguments));

    public static async Task<CliProcess> RunAsync(CliProcess process)
    {
        await using (process)
            await process.ExitAsync();
        return process;
    }

    public void Type(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>One key, without Enter.</summary>
    public void Press(char key)
    {
        _process.StandardInput.Write(key);
        _process.StandardInput.Flush();
    }

    public void CloseInput() => _process.StandardInput.Close();

    public void Kill() => _process.Kill();

    public async Task<int> ExitAsync(TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? Patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process still runs after {(within ?? Patience).TotalSeconds} s. {this}");
        }

        return _process.ExitCode;
    }

    public Task PrintsAsync(string text) => Eventually.HoldsAsync(
        $"prints \"{text}\"", () => (Output + Errors).Contains(text, StringComparison.Ordinal), ToString);

    public override string ToString() =>
        $"Process {_id} {(_process.HasExited ? $"has ended with {_process.ExitCode}" : "runs")}. Its output:\n{Output}\nIts errors:\n{Errors}";

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    private static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments) => new(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["NO_COLOR"] = "1", ["ETCDCTL_API"] = "3" },
    };

    private static void Keep(List<string> lines, string? line)
    {
        lock (lines)
        {
            if (line is not null)
                lines.Add(line);
        }
    }

    private static string Joined(List<string> lines)
    {
        lock (lines)
            return string.Join('\n', lines);
    }
}
