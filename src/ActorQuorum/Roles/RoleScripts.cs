using Microsoft.Extensions.Logging;

namespace ActorQuorum.Roles;

/// <summary>
/// Runs a script where leadership comes and another where it goes: one at a time, in order, and only on a real change. While one runs,
/// only the latest standing waits: what has passed meanwhile is passed over, so the last script to run always tells what holds.
/// Whoever reports a change never waits.
/// </summary>
internal sealed class RoleScripts
{
    private readonly Lock _gate = new();
    private readonly string _node;
    private readonly RoleScript? _onLeader;
    private readonly RoleScript? _onFollower;
    private readonly Func<RoleScript, RoleStanding, Task> _run;
    private readonly ILogger _logger;

    private RoleStanding? _wanted;
    private RoleStanding? _ran;
    private Task _work = Task.CompletedTask;
    private int _passedOver;
    private bool _isWorking;
    private bool _isStopped;

    /// <summary>Scripts that nothing has called for yet.</summary>
    /// <param name="node">The node's name.</param>
    /// <param name="onLeader">Runs when the node begins to lead; null for none.</param>
    /// <param name="onFollower">Runs when it ceases to, and when it first follows; null for none.</param>
    /// <param name="run">Runs one to its end.</param>
    /// <param name="logger">Where it is logged.</param>
    public RoleScripts(string node, RoleScript? onLeader, RoleScript? onFollower, Func<RoleScript, RoleStanding, Task> run, ILogger logger) =>
        (_node, _onLeader, _onFollower, _run, _logger) = (node, onLeader, onFollower, run, logger);

    /// <summary>Ends when no script runs or waits.</summary>
    public Task Idle
    {
        get
        {
            lock (_gate) return _work;
        }
    }

    /// <summary>Refuses scripts that cannot be run, before anything is started.</summary>
    /// <exception cref="UnusableScriptException">One is missing or not executable.</exception>
    public static void Check(Configuration.RoleOptions options)
    {
        _ = RoleScript.Of("on-leader", options.OnLeader);
        _ = RoleScript.Of("on-follower", options.OnFollower);
    }

    /// <summary>The scripts of a node, found fit to run.</summary>
    /// <exception cref="UnusableScriptException">One is missing or not executable.</exception>
    public static RoleScripts Of(Configuration.RoleOptions options, string node, string cluster, TimeProvider time, ILogger logger)
    {
        var run = new ScriptRun(node, cluster, options.Timeout, time, logger);
        return new(node, RoleScript.Of("on-leader", options.OnLeader), RoleScript.Of("on-follower", options.OnFollower), run.RunAsync, logger);
    }

    /// <summary>The node's standing from now on.</summary>
    public void Hear(RoleStanding standing)
    {
        lock (_gate)
        {
            if (!_isStopped) Want(standing);
        }
    }

    /// <summary>
    /// The node has stopped: if its script of a leader ran, that of a follower runs once more, for nobody else will undo here what the first did.
    /// Ends when no script runs any more; their timeout bounds that.
    /// </summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            if (_isStopped) return _work;
            _isStopped = true;
            if (_ran is { Leads: true } led) Want(new RoleStanding(false, "", (_wanted ?? led).Fence));
            else _wanted = _ran;
            return _work;
        }
    }

    private void Want(RoleStanding standing)
    {
        if (_isWorking && _wanted is { } waiting && waiting.IsChangeFrom(_ran) && standing.IsChangeFrom(waiting)) _passedOver++;
        _wanted = standing;
        if (_isWorking || !standing.IsChangeFrom(_ran)) return;
        _isWorking = true;
        _work = Task.Run(Work);
    }

    private async Task Work()
    {
        while (Next() is { } standing)
        {
            if ((standing.Leads ? _onLeader : _onFollower) is { } script) await Run(script, standing).ConfigureAwait(false);
        }
    }

    private RoleStanding? Next()
    {
        int passedOver;
        RoleStanding? next;
        lock (_gate)
        {
            (passedOver, _passedOver) = (_passedOver, 0);
            _isWorking = _wanted is not null && _wanted.IsChangeFrom(_ran);
            next = _isWorking ? _ran = _wanted : null;
        }

        if (passedOver > 0) _logger.LogWarning("{Node} changed its role {Count} times more while a script ran: only the latest role counts", _node, passedOver);
        return next;
    }

    private async Task Run(RoleScript script, RoleStanding standing)
    {
        try
        {
            await _run(script, standing).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A script is a guest: whatever happens to it, the next one must run and the node go on.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            _logger.LogError(cause, "{Node} {Script}: running {Path} failed: {Cause}", _node, script.Name, script.Path, cause.Message);
        }
    }
}
