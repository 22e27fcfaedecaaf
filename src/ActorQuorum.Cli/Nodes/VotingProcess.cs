using ActorQuorum.Cli.Logging;
using ActorQuorum.Configuration;
using ActorQuorum.Roles;
using ActorQuorum.Voting;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;

namespace ActorQuorum.Cli.Nodes;

/// <summary>One node of the constant election and its role scripts, from start to end.</summary>
internal sealed class VotingProcess
{
    /// <summary>A goodbye that does not arrive in time is left to the others' own patience.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly VotingNode _node;
    private readonly Task _scripts;
    private readonly ILogger _logger;

    private VotingProcess(VotingNode node, Task scripts, ILogger logger) => (_node, _scripts, _logger) = (node, scripts, logger);

    /// <summary>Runs a node until it is asked to stop, or ends by itself.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(VotingNodeOptions options, RoleOptions roles, bool debug)
    {
        using var stop = new StopRequests(belongsToCluster: false, hearsKeys: true);
        VotingNode? node = null;
        using var log = NodeLog.Create(new LoggingOptions(), () => node?.Status.Name ?? options.Name ?? "--", debug);
        using var loggers = new SerilogLoggerFactory(log);
        using var starting = new CancellationTokenSource();
        try
        {
            var start = VotingNode.StartAsync(options, loggers, starting.Token);
            if (await Task.WhenAny(start, stop.Requested) != start) await starting.CancelAsync();
            node = await start;
        }
        catch (OperationCanceledException) when (starting.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
        catch (ArgumentException e)
        {
            throw new CommandFailedException(ExitCode.Usage, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failed, e.Message, e);
        }

        var scripts = RoleScripts.Of(roles, node.Status.Name, options.ClusterName, TimeProvider.System, loggers.CreateLogger("ActorQuorum.Roles"));
        var process = new VotingProcess(node, VotingScripts.FollowAsync(node, scripts), loggers.CreateLogger<VotingProcess>());
        return await process.ServeAsync(stop);
    }

    private async Task<int> ServeAsync(StopRequests stop)
    {
        var name = _node.Status.Name;
        _logger.LogInformation("{Node} takes q to dispatch, Ctrl-C to stop at once", name);
        if (await Task.WhenAny(stop.Requested, _node.Completion) != stop.Requested)
        {
            await ScriptsEndAsync(stop.Requested);
            return await LastWordAsync();
        }

        var isGoodbye = await stop.Requested == StopRequest.HandOver;
        await Task.WhenAny(isGoodbye ? _node.DispatchAsync() : _node.StopAsync(), stop.RequestedAgain, Task.Delay(StopPatience));
        await ScriptsEndAsync(stop.RequestedAgain);
        _logger.LogInformation("{Node} {How}", name, isGoodbye ? "has dispatched" : "has stopped without a goodbye: the others count it as lost");
        return ExitCode.Ok;
    }

    private async Task ScriptsEndAsync(Task again)
    {
        if (await Task.WhenAny(_scripts, again, Task.Delay(StopPatience)) == _scripts || again.IsCompleted) return;
        _logger.LogInformation("{Node} waits for its script; Ctrl-C ends that", _node.Status.Name);
        await Task.WhenAny(_scripts, again);
    }

    /// <summary>The node ended by itself: says why.</summary>
    private async Task<int> LastWordAsync()
    {
        try
        {
            await _node.Completion;
            return ExitCode.Ok;
        }
        catch (VotingEndedException e)
        {
            throw new CommandFailedException(e.End == VotingEnd.NameTaken ? ExitCode.NameTaken : ExitCode.NoMajority, e.Message, e);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new CommandFailedException(ExitCode.Failed, $"the node stopped itself: {e.Message}", e);
        }
    }
}
