using System.CommandLine;
using ActorQuorum.Cli.Client;
using ActorQuorum.Cli.Logging;
using ActorQuorum.Cli.Nodes;
using ActorQuorum.Configuration;
using ActorQuorum.Roles;
using Serilog.Extensions.Logging;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>run</c>: one node in this process.</summary>
internal static class RunCommand
{
    /// <summary>Hidden: the process was started by <c>cluster</c> and ends with it.</summary>
    public const string FollowInput = "--follow-stdin";

    public static Command Build()
    {
        var config = new Option<string>("--config", "-c")
        {
            Description = "The node's configuration, a HOCON file.", HelpName = "FILE", Required = true,
        };
        var name = new Option<string?>("--name", "-n") { Description = "Which member this node is [default: node.name of the file].", HelpName = "NAME" };
        var runtime = new Option<NodeRuntime?>("--runtime", "-r")
        {
            Description = "What runs the node's actors: the thread pool, a thread each, or Akka.NET [default: runtime of the file].", HelpName = "pool|threads|akka",
        };
        var join = new Option<string?>("--join")
        {
            Description = "Joins the cluster of this node, which has added this one before; later starts need it no more.", HelpName = "HOST:PORT",
            CustomParser = result =>
            {
                var word = result.Tokens[0].Value;
                if (EndpointList.Address(word) is null) result.AddError($"--join: '{word}' is not host:port, such as 127.0.0.1:2391.");
                return EndpointList.Address(word);
            },
        };
        var debug = new Option<bool>("--debug", "-d") { Description = "Log every step, not only what matters." };
        var follow = new Option<bool>(FollowInput) { Hidden = true };
        var command = new DocumentedCommand(
            "run",
            "Runs one node until q + Enter (hands leadership over, then stops), Ctrl-C or SIGTERM (stops at once).",
            "actorquorum run -c config/n1.conf",
            "actorquorum run -c config/cluster.conf -n n2 -d",
            "actorquorum run -c n4.conf --join 127.0.0.1:2391")
        {
            config, name, runtime, join, debug, follow,
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(config), parsed.GetValue(name), parsed.GetValue(runtime), parsed.GetValue(join), parsed.GetValue(debug), parsed.GetValue(follow)));
        return command;
    }

    private static async Task<int> RunAsync(string config, string? name, NodeRuntime? runtime, string? join, bool debug, bool follow)
    {
        if (follow)
            ParentDeath.KillsThisProcess();
        var options = NodeOptionsReader.Load(config, name);
        if (runtime is { } chosen)
            options = options with { Runtime = chosen };
        if (join is not null)
            options = await Joining.PrepareAsync(options, join);
        using var stop = new StopRequests(follow);
        using var log = NodeLog.Create(options, debug);
        using var loggers = new SerilogLoggerFactory(log);

        using var starting = new CancellationTokenSource();
        NodeProcess process;
        try
        {
            var start = NodeProcess.StartAsync(options, loggers, StartNode, starting.Token);
            Task<QuorumNode> StartNode(CancellationToken token) => options.Runtime == NodeRuntime.Akka
                ? AkkaRuntime.StartAsync(config, name, options, log, loggers, token)
                : QuorumNode.StartAsync(options, loggers, token);

            if (await Task.WhenAny(start, stop.Requested) != start)
                await starting.CancelAsync();
            process = await start;
        }
        catch (OperationCanceledException) when (starting.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
        catch (UnusableScriptException e)
        {
            throw new CommandFailedException(ExitCode.Usage, $"{config}: roles.{e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failed, e.Message, e);
        }

        if (await Task.WhenAny(stop.Requested, process.Completion) == stop.Requested)
        {
            await process.StopAsync(await stop.Requested, stop.RequestedAgain);
            return process.Completion.IsFaulted ? await LastWordAsync(process) : ExitCode.Ok;
        }

        await process.LetGoAsync(stop.Requested);
        return await LastWordAsync(process);
    }

    /// <summary>The node stopped by itself (fail-stop): says why.</summary>
    private static async Task<int> LastWordAsync(NodeProcess process)
    {
        try
        {
            await process.Completion;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new CommandFailedException(ExitCode.Failed, $"the node stopped itself: {e.Message}", e);
        }

        throw new CommandFailedException(ExitCode.Failed, "the node stopped without being asked to.");
    }
}
