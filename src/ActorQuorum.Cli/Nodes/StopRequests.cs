using System.Runtime.InteropServices;

namespace ActorQuorum.Cli.Nodes;

/// <summary>How a process was asked to stop.</summary>
internal enum StopRequest
{
    /// <summary>By a signal: at once.</summary>
    AtOnce,

    /// <summary>By <c>q</c>: leadership is handed over first.</summary>
    HandOver,
}

/// <summary>Hears what may stop a process: signals, and <c>q</c> on standard input.</summary>
internal sealed class StopRequests : IDisposable
{
    private readonly TaskCompletionSource<StopRequest> _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _signals;
    private readonly bool _belongsToCluster;

    /// <param name="belongsToCluster">
    /// The process was started by <c>cluster</c>, which holds the other end of its standard input: the end of input means that
    /// <c>cluster</c> stops or is dead. Ctrl-C reaches the whole group; it is then <c>cluster</c>'s to say what it means.
    /// </param>
    public StopRequests(bool belongsToCluster)
    {
        _belongsToCluster = belongsToCluster;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
        ];
        if (belongsToCluster || !Terminal.IsBackgroundJob())
            new Thread(Listen) { IsBackground = true, Name = "stdin" }.Start();
    }

    public Task<StopRequest> Requested => _requested.Task;

    /// <summary>Ends when a signal comes after the first request: somebody does not want to wait for what still goes on.</summary>
    public Task RequestedAgain => _again.Task;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
    }

    private void OnInterrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_belongsToCluster)
            Request();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Request();
    }

    private void Request()
    {
        if (!_requested.TrySetResult(StopRequest.AtOnce))
            _again.TrySetResult();
    }

    private void Listen()
    {
        // Not Console.In: that would take over the terminal's settings.
        using var input = new StreamReader(Console.OpenStandardInput());
        try
        {
            while (input.ReadLine() is { } line)
            {
                if (line.Trim() is "q" or "Q")
                    _requested.TrySetResult(StopRequest.HandOver);
            }
        }
        catch (IOException)
        {
            // An input that cannot be read is as good as a closed one.
        }

        if (_belongsToCluster)
            _requested.TrySetResult(StopRequest.AtOnce);
    }
}
