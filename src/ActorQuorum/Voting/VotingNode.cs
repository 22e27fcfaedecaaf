using System.Net;
using System.Runtime.CompilerServices;
using ActorQuorum.Actors;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Voting;
using ActorQuorum.Hosting;
using ActorQuorum.Metrics;
using ActorQuorum.Roles;
using ActorQuorum.Storage;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Discovery;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Voting;

/// <summary>One node of the constant election, running in this process (docs/elections.md).</summary>
public sealed class VotingNode : IAsyncDisposable
{
    private static readonly TimeSpan s_lastWordPatience = TimeSpan.FromMilliseconds(500);

    private readonly INodeHost _host;
    private readonly VotingActors _actors;
    private readonly IPeerTransport _transport;
    private readonly NodeDiscovery _discovery;
    private readonly IEpochStore _epochs;
    private readonly VotingInstruments _instruments;
    private readonly RoleScripts _roles;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource<VotingStop?> _ending;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _closed;

    private VotingNode(
        INodeHost host, VotingActors actors, IPeerTransport transport, NodeDiscovery discovery, IEpochStore epochs,
        TaskCompletionSource<VotingStop?> ending, RoleScripts roles, ILogger logger)
    {
        _host = host;
        _actors = actors;
        _transport = transport;
        _discovery = discovery;
        _epochs = epochs;
        _ending = ending;
        _roles = roles;
        _logger = logger;
        _instruments = new(this, actors.View, discovery.Tally);
        _closed = Task.Run(CloseAtTheEndAsync);
    }

    /// <summary>What it knows of itself and the others, at this moment.</summary>
    public VotingStatus Status => _actors.View.Status;

    /// <summary>
    /// Ends when the node was stopped or dispatched; faults with a <see cref="VotingEndedException"/> if it ended by itself, and with the cause
    /// if it failed.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Ends when no role script runs or waits.</summary>
    internal Task ScriptsEnded => _roles.Idle;

    /// <summary>Starts a node: listens, looks for others, votes.</summary>
    /// <param name="options">The node's settings.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The running node.</returns>
    /// <exception cref="ArgumentException">A setting cannot be.</exception>
    /// <exception cref="IOException">A port is busy, or the data directory is locked, foreign or damaged, or a role script cannot be run.</exception>
    public static Task<VotingNode> StartAsync(VotingNodeOptions options, ILoggerFactory loggers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        if (options.Runtime == NodeRuntime.Akka)
            throw new ArgumentException("runtime = akka is started by the library ActorQuorum.Akka: by system.StartVoting.", nameof(options));
        return StartAsync(options, loggers, VotingHosting.Mailboxes(options.Runtime), cancellationToken);
    }

    /// <summary>Starts a node on a host of the caller's choice.</summary>
    internal static async Task<VotingNode> StartAsync(
        VotingNodeOptions options, ILoggerFactory loggers, VotingHosting hosting, CancellationToken cancellationToken)
    {
        VotingStart.Check(options);
        var (logger, transportLogger) = (loggers.CreateLogger("ActorQuorum.Node"), loggers.CreateLogger("ActorQuorum.Transport"));
        var clusterId = VotingStart.ClusterIdOf(options.ClusterName);
        var ending = new TaskCompletionSource<VotingStop?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = new AsyncDisposables();
        try
        {
            RoleScripts.Check(options.Roles);
            IEpochStore epochs = options.DataDirectory is { } directory
                ? EpochFile.Open(new LocalFileSystem(), directory, clusterId)
                : new MemoryEpoch();
            held.Add(epochs);
            var host = hosting.StartHost();
            held.Add(host);
            var listening = await VotingStart.ListenAsync(options, logger, cancellationToken).ConfigureAwait(false);
            held.Add(listening);
            var self = VotingStart.SelfOf(options, (IPEndPoint)listening.LocalEndPoint!, host.Time);
            var transport = new TcpPeerTransport(VotingTransport.OptionsOf(clusterId, self, listening, host.Time), transportLogger);
            held.Add(transport);
            var roles = RoleScripts.Of(options.Roles, self.Name, options.ClusterName, host.Time, loggers.CreateLogger("ActorQuorum.Roles"));
            held.Add(new StartedScripts(roles));
            var throttle = new LogThrottle(host.Time, VotingTransport.WarningPeriod);
            var broadcast = hosting.MakeBroadcast(host, VotingStart.BroadcastOf(options), transportLogger, throttle);
            var discovery = new NodeDiscovery(broadcast, clusterId, self, transportLogger, throttle);
            held.Add(discovery);
            var actors = VotingActors.Start(host, new()
            {
                ClusterId = clusterId,
                Options = VotingStart.CoreOptionsOf(options, self),
                Epochs = epochs,
                Transport = transport,
                Discovery = discovery,
                FirstAnnouncement = options.FirstPause,
                LastAnnouncement = options.LongestPause,
                Roles = roles,
                Logger = loggers.CreateLogger("ActorQuorum.Election"),
                Stopped = stop => ending.TrySetResult(stop),
            });
            await transport.StartAsync(actors, cancellationToken).ConfigureAwait(false);
            discovery.Start(actors.Found);
            logger.LogInformation(
                "{Node} listens at {Address} and looks for others at {Broadcast}",
                self.Name, PeerContact.AddressOf(self).Address, VotingStart.BroadcastOf(options));
            return new(host, actors, transport, discovery, epochs, ending, roles, logger);
        }
        catch
        {
            await held.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Each change of the part that the node plays, or of its master, in order and none left out; first the state at the call, whose
    /// <see cref="VotingRoleChange.Previous"/> is <see cref="VotingRole.None"/>. Ends with the node, which plays no part then.
    /// </summary>
    /// <param name="cancellationToken">Ends it before.</param>
    /// <returns>The changes.</returns>
    public async IAsyncEnumerable<VotingRoleChange> RoleChanges([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var listener = _actors.View.Listen();
        try
        {
            await foreach (var change in listener.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return change;
        }
        finally
        {
            _actors.View.Leave(listener);
        }
    }

    /// <summary>Says goodbye to the others, waits until they have heard it or for about a second, and stops: they count it as dispatched, not as lost.</summary>
    /// <returns>Ends when everything is closed.</returns>
    public Task DispatchAsync()
    {
        _actors.Dispatch();
        return _closed;
    }

    /// <summary>Stops at once, without a goodbye: the others count it as lost.</summary>
    /// <returns>Ends when everything is closed.</returns>
    public Task StopAsync()
    {
        _ending.TrySetResult(null);
        return _closed;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>The core asked to stop, the user did, or an actor failed: everything is let go of in order, and the completion says why.</summary>
    private async Task CloseAtTheEndAsync()
    {
        await Task.WhenAny(_ending.Task, _host.Completion).ConfigureAwait(false);
        var stop = _ending.Task.IsCompletedSuccessfully ? await _ending.Task.ConfigureAwait(false) : null;
        var failure = _host.Completion.Exception?.InnerException;
        if (failure is not null) _logger.LogCritical(failure, "{Node} stops: {Cause}", Status.Name, failure.Message);
        _actors.StopClock();
        _actors.View.Close();

        // Whoever is master from now on, it is not this node: what its script began must end, while the rest is closed.
        var scripts = _roles.StopAsync();
        try
        {
            // What the core said last, a refusal perhaps, is still heard. Whoever is stopped without a goodbye says nothing more.
            if (stop is not null && failure is null) await _transport.DrainAsync(s_lastWordPatience).ConfigureAwait(false);
            await _discovery.DisposeAsync().ConfigureAwait(false);
            await _transport.DisposeAsync().ConfigureAwait(false);
            if (!_host.IsStopped) await StorageStoppedAsync().ConfigureAwait(false);
            failure ??= _host.Completion.Exception?.InnerException;
            await _host.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _instruments.Dispose();
            _epochs.Dispose();
            Complete(stop, failure);
            await scripts.ConfigureAwait(false);
        }
    }

    private async Task StorageStoppedAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _actors.StopStorage(() => ended.TrySetResult());
        await Task.WhenAny(ended.Task, _host.Completion).ConfigureAwait(false);
    }

    private void Complete(VotingStop? stop, Exception? failure)
    {
        if (failure is not null) _completion.TrySetException(failure);
        else if (stop is null or { Reason: VotingStopReason.Dispatched }) _completion.TrySetResult();
        else
            _completion.TrySetException(new VotingEndedException(
                stop.Reason == VotingStopReason.NameTaken ? VotingEnd.NameTaken : VotingEnd.NoMajority, stop.Text));
    }
}
