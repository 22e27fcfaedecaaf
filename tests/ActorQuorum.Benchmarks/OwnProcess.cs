using System.Diagnostics;

namespace ActorQuorum.Benchmarks;

/// <summary>A process that this program started, and ends by its id.</summary>
internal sealed class OwnProcess : IDisposable
{
    private readonly Process _process;

    /// <param name="program">What to run.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="hear">Hears each line that it prints; null for nobody.</param>
    public OwnProcess(string program, IEnumerable<string> arguments, Action<string>? hear = null)
    {
        _process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["NO_COLOR"] = "1" },
        })!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text) hear?.Invoke(text);
        };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Processor time so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory now.</summary>
    public long MemoryBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public void Type(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
