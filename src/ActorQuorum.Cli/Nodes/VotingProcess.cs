using ActorQuorum.Cli.Logging;
using ActorQuorum.Configuration;
using ActorQuorum.Roles;
using ActorQuorum.Voting;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;

namespace ActorQuorum.Cli.Nodes;

/// <summary>One node of the constant election, from start to end.</summary>
internal sealed class VotingProcess
{
    /// <summary>A goodbye that does not arrive in time is left to the others' own patience.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly VotingNode _node;
    private readonly ILogger _logger;

    private VotingProcess(VotingNode node, ILogger logger) => (_node, _logger) = (node, logger);

    /// <summary>Runs a node until it is asked to stop, or ends by itself.</summary>
    /// <param name="options">The node's settings.</param>
    /// <param name="logging">Where it logs.</param>
    /// <param name="debug">Whether it logs every step.</param>
    /// <param name="belongsToCluster">Whether <c>cluster</c> holds its standard input.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(VotingNodeOptions options, LoggingOptions logging, bool debug, bool belongsToCluster = false)
    {
        using var stop = new StopRequests(belongsToCluster, hearsKeys: !belongsToCluster);
        VotingNode? node = null;
        using var log = NodeLog.Create(logging, () => node?.Status.Name ?? options.Name ?? "--", debug);
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
            // The parameter's name tells a programmer something, and nobody else.
            throw new CommandFailedException(ExitCode.Usage, e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal), e);
        }
        catch (UnusableScriptException e)
        {
            throw new CommandFailedException(ExitCode.Usage, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failed, e.Message, e);
        }

        return await new VotingProcess(node, loggers.CreateLogger<VotingProcess>()).ServeAsync(stop);
    }

    private async Task<int> ServeAsync(StopRequests stop)
    {
        var name = _node.Status.Name;
        _logger.LogInformation("{Node} takes q to dispatch, Ctrl-C to stop at once", name);
        if (await Task.WhenAny(stop.Requested, _node.Completion) != stop.Requested)
        {
            await EndAsync(_node.StopAsync(), stop.Requested);
            return await LastWordAsync();
        }

        var isGoodbye = await stop.Requested == StopRequest.HandOver;
        await EndAsync(isGoodbye ? _node.DispatchAsync() : _node.StopAsync(), stop.RequestedAgain);
        if (!isGoodbye) _logger.LogInformation("{Node} has stopped without a goodbye: the others count it as lost", name);
        return ExitCode.Ok;
    }

    /// <summary>Waits for the node to end, and for a role script as long as its timeout lets it run.</summary>
    private async Task EndAsync(Task ended, Task again)
    {
        if (await Task.WhenAny(ended, again, Task.Delay(StopPatience)) == ended || again.IsCompleted || _node.ScriptsEnded.IsCompleted) return;
        _logger.LogInformation("{Node} waits for its script; Ctrl-C ends that", _node.Status.Name);
        await Task.WhenAny(_node.ScriptsEnded, again);
        await Task.WhenAny(ended, again, Task.Delay(StopPatience));
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
            throw new CommandFailedException(
                e.End == VotingEnd.NameTaken ? ExitCode.NameTaken : ExitCode.NoMajority, $"{_node.Status.Name} has stopped. {e.Message}", e);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new CommandFailedException(ExitCode.Failed, $"the node stopped itself: {e.Message}", e);
        }
    }
}
