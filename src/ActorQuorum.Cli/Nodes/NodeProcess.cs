using ActorQuorum.Configuration;
using ActorQuorum.Server;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Cli.Nodes;

/// <summary>One node and the server its clients talk to, started and stopped as one.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    // Stays below the two seconds in which the process promises to be gone, the runtime's own end included.
    private static readonly TimeSpan HandOverPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(600);

    private readonly QuorumNode _node;
    private readonly EtcdServer _server;
    private readonly ILogger _logger;

    private NodeProcess(QuorumNode node, EtcdServer server, ILogger logger)
    {
        _node = node;
        _server = server;
        _logger = logger;
    }

    /// <summary>Ends when the node has stopped; faults with its last word.</summary>
    public Task Completion => _node.Completion;

    public static async Task<NodeProcess> StartAsync(
        NodeOptions options, ILoggerFactory loggers, Func<CancellationToken, Task<QuorumNode>> startNode, CancellationToken cancellationToken)
    {
        var self = options.Members.Single(member => member.Name == options.Name);
        var node = await startNode(cancellationToken);
        try
        {
            var server = await EtcdServer.StartAsync(node, self.Client, options.Limits, options.Metrics, loggers, cancellationToken);
            var logger = loggers.CreateLogger<NodeProcess>();
            logger.LogInformation("serving clients at {Client}, peers at {Peer}", self.Client, self.Peer);
            return new NodeProcess(node, server, logger);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Leaves in good order; membership stays. A role script is waited for, as long as its timeout lets it run; what else does not end in time
    /// is left to the end of the process.
    /// </summary>
    /// <param name="request">How it was asked to stop.</param>
    /// <param name="again">Ends when it is asked once more: then nothing is waited for.</param>
    public async Task StopAsync(StopRequest request, Task again)
    {
        if (request == StopRequest.HandOver)
            await HandOverAsync();

        if (await EndAsync(again))
            _logger.LogInformation("stopped");
        else if (again.IsCompleted)
            _logger.LogWarning("asked to stop once more: ending the process; the log on disk stays whole");
        else
            _logger.LogWarning("did not stop in {Patience}: ending the process; the log on disk stays whole", StopPatience);
    }

    /// <summary>After the node stopped itself: what its role script began must still end.</summary>
    public Task LetGoAsync(Task again) => Task.WhenAny(EndAsync(again));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _node.DisposeAsync();
    }

    private async Task<bool> EndAsync(Task again)
    {
        var stopped = Task.WhenAll(_server.StopAsync(), _node.StopAsync());
        await Task.WhenAny(stopped, again, Task.Delay(StopPatience));
        if (!_node.ScriptsEnded.IsCompleted)
        {
            _logger.LogInformation("waiting for a role script");
            await Task.WhenAny(_node.ScriptsEnded, again);
            await Task.WhenAny(stopped, again, Task.Delay(StopPatience));
        }

        if (!stopped.IsCompleted)
            return false;
        await stopped;
        return true;
    }

    private async Task HandOverAsync()
    {
        _logger.LogInformation("asked to leave");
        try
        {
            if (!await _node.HandOverAsync(HandOverPatience).WaitAsync(HandOverPatience))
                _logger.LogWarning("no follower could take over in {Patience}: the others will elect a leader", HandOverPatience);
        }
        catch (Exception e) when (e is TimeoutException or QuorumException)
        {
            _logger.LogWarning("could not hand over, the others will elect a leader: {Reason}", e.Message);
        }
    }
}
