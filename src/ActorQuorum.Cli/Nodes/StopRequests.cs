using System.Runtime.InteropServices;

namespace ActorQuorum.Cli.Nodes;

/// <summary>How a process was asked to stop.</summary>
internal enum StopRequest
{
    /// <summary>By a signal: at once.</summary>
    AtOnce,

    /// <summary>By <c>q</c>: in good order. Leadership is handed over first; a node of the constant election says goodbye.</summary>
    HandOver,
}

/// <summary>Hears what may stop a process: signals, and <c>q</c> on standard input.</summary>
internal sealed class StopRequests : IDisposable
{
    private readonly TaskCompletionSource<StopRequest> _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _signals;
    private readonly bool _belongsToCluster;
    private readonly bool _hearsKeys;

    /// <param name="belongsToCluster">
    /// The process was started by <c>cluster</c>, which holds the other end of its standard input: the end of input means that
    /// <c>cluster</c> stops or is dead. Ctrl-C reaches the whole group; it is then <c>cluster</c>'s to say what it means.
    /// </param>
    /// <param name="hearsKeys">On a terminal <c>q</c> counts when it is pressed, without Enter.</param>
    public StopRequests(bool belongsToCluster, bool hearsKeys = false)
    {
        _belongsToCluster = belongsToCluster;
        _hearsKeys = hearsKeys && !Console.IsInputRedirected;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
        ];
        if (belongsToCluster || !Terminal.IsBackgroundJob())
            new Thread(_hearsKeys ? ListenForKeys : Listen) { IsBackground = true, Name = "stdin" }.Start();
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

    private void ListenForKeys()
    {
        try
        {
            while (Console.ReadKey(intercept: true).KeyChar is not ('q' or 'Q'))
            {
                // Any other key means nothing.
            }

            _requested.TrySetResult(StopRequest.HandOver);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The terminal is gone: SIGHUP says so, if it is to.
        }
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
