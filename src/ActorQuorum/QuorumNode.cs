using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using ActorQuorum.Actors;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.Metrics;
using ActorQuorum.Roles;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Storage;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum;

/// <summary>One node of a cluster, running in this process.</summary>
public sealed partial class QuorumNode : IQuorumNode, IInspectableNode, IAsyncDisposable
{
    private static readonly TimeSpan s_inspectionPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_handOverPeriod = TimeSpan.FromMilliseconds(100);

    private const string ResetAdvice =
        "it founds no cluster, and waits for its own to take it in. If that is another one by now (recover, restore), add it there and start it with --join";

    private readonly INodeHost _host;
    private readonly NodeActors _actors;
    private readonly NodeStorage _storage;
    private readonly IPeerTransport _transport;
    private readonly NodeOptions _options;
    private readonly Admission _admission;
    private readonly NodeTally _tally;
    private readonly NodeInstruments _instruments;
    private readonly RoleScripts _roles;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<LocalRequest, bool> _asked = new();
    private readonly Lock _stopGate = new();
    private Task? _stopping;

    private QuorumNode(
        NodeOptions options, INodeHost host, NodeActors actors, NodeStorage storage, IPeerTransport transport, NodeTally tally, RoleScripts roles,
        ILogger logger)
    {
        _options = options;
        _host = host;
        _actors = actors;
        _storage = storage;
        _transport = transport;
        _roles = roles;
        _logger = logger;
        _admission = new(options.Limits.PendingRequests, options.Limits.PendingSizeBytes);
        _tally = tally;
        _instruments = new(this, options.Name, tally, actors);
        _ = WatchHost();
    }

    /// <inheritdoc/>
    public NodeStatus Status => _actors.View.Status;

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <summary>Ends when no role script runs or waits.</summary>
    internal Task ScriptsEnded => _roles.Idle;

    /// <summary>Starts a node: opens its data directory, listens to its peers and takes part in the cluster.</summary>
    /// <param name="options">The node's settings.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The running node.</returns>
    /// <exception cref="IOException">
    /// The peer port is busy, or the data directory is locked, foreign or damaged, or its log asks for a processor that is not added, or a role script cannot be run.
    /// </exception>
    /// <exception cref="InvalidOperationException">The runtime is one that this library does not start.</exception>
    public static Task<QuorumNode> StartAsync(NodeOptions options, ILoggerFactory loggers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return StartAsync(options, new QuorumBuilder(), loggers, cancellationToken);
    }

    /// <summary>Starts a node on a host and a transport of the caller's choice.</summary>
    internal static Task<QuorumNode> StartAsync(
        NodeOptions options, ILoggerFactory loggers, NodeHosting hosting, CancellationToken cancellationToken) =>
        StartAsync(options, loggers, hosting, new QuorumBuilder(), cancellationToken);

    /// <summary>Starts a node on a host and a transport of the caller's choice, with what a builder holds.</summary>
    internal static async Task<QuorumNode> StartAsync(
        NodeOptions options, ILoggerFactory loggers, NodeHosting hosting, QuorumBuilder builder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        RefuseConstant(options);
        var logger = loggers.CreateLogger("ActorQuorum.Node");
        var files = new LocalFileSystem();
        var identity = NodeIdentity.Find(files, options);
        var time = TimeProvider.System;
        var tally = new NodeTally();
        var roles = RoleScripts.Of(options.Roles, options.Name, options.ClusterName, time, loggers.CreateLogger("ActorQuorum.Roles"));
        var machine = new KeyValueStore(processors: builder.ToProcessors(options.Name, logger));
        var storage = NodeStorage.Open(files, options, identity, () => DrawIncarnation(time), machine);
        foreach (var note in storage.Notes) loggers.CreateLogger("ActorQuorum.Storage").LogWarning("{Node} {Note}", options.Name, note);
        var waitsForItsCluster = storage is { IsReset: true, Durable.State.Proven: false } && !identity.IsJoining;
        if (waitsForItsCluster) logger.LogWarning("{Node} was reset: {Reason}", options.Name, ResetAdvice);
        INodeHost? host = null;
        IPeerTransport? transport = null;
        try
        {
            host = hosting.StartHost();
            NodeActors? running = null;

            // Until it follows a leader, and may vote, the node may not know yet who its leader is.
            bool MayNotKnowItsLeader() => Volatile.Read(ref running) is { View.Core: { IsProven: false } or { Leader.IsNone: true } };
            transport = hosting.MakeTransport(
                host, TransportOptions(options, identity, storage, time) with { LetsCallersIn = MayNotKnowItsLeader }, loggers.CreateLogger("ActorQuorum.Transport"));
            var gauge = new DiskGauge(files, options.DataDirectory, options.Log.ReserveBytes, time);
            var actors = NodeActors.Start(host, new()
            {
                ClusterId = storage.ClusterId,
                Self = identity.Self,
                Members = identity.Members,
                IsJoining = identity.IsJoining,
                IsReset = storage.IsReset,
                Incarnation = storage.Incarnation,
                Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))),
                Durable = storage.Durable,
                Log = storage.Log,
                Snapshots = storage.Snapshots,
                Snapshot = options.Snapshot,
                ReserveBytes = options.Log.ReserveBytes,
                StorageLogger = loggers.CreateLogger("ActorQuorum.Storage"),
                IsDiskNearlyFull = options.Storage == StorageKind.Disk ? gauge.IsNearlyFull : static () => false,
                Machine = machine,
                Transport = transport,
                Election = options.Election,
                Limits = options.Limits,
                Tally = tally,
                Logger = logger,
                ElectionLogger = loggers.CreateLogger("ActorQuorum.Election"),
                RoleChanged = hosting.RoleChanged,
                Roles = roles,
            });
            Volatile.Write(ref running, actors);
            await transport.StartAsync(actors, cancellationToken).ConfigureAwait(false);
            return new(options, host, actors, storage, transport, tally, roles, logger);
        }
        catch
        {
            if (host is not null) await host.DisposeAsync().ConfigureAwait(false);
            await roles.StopAsync().ConfigureAwait(false);
            if (transport is not null) await transport.DisposeAsync().ConfigureAwait(false);
            storage.Log.Dispose();
            storage.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<CommandResult> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default)
    {
        var answer = await Ask(RequestKind.Command, Consistency.Linearizable, command, cancellationToken).ConfigureAwait(false);
        return answer.Result!;
    }

    /// <inheritdoc/>
    public async Task<CommandResult> QueryAsync(
        ReadOnlyMemory<byte> query, Consistency consistency, CancellationToken cancellationToken = default)
    {
        var answer = await Ask(RequestKind.Query, consistency, query, cancellationToken).ConfigureAwait(false);
        return answer.Result ?? answer.View!.Query(query);
    }

    /// <summary>Asks for a change of the members; a follower passes it to the leader.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may still take effect.</param>
    /// <returns>All members once it is committed, in the order of their names.</returns>
    /// <exception cref="QuorumException">The change was not made, or its outcome is unknown.</exception>
    internal async Task<IReadOnlyList<MemberInfo>> ChangeMembersAsync(MembershipChange change, CancellationToken cancellationToken = default)
    {
        var answer = await Ask(RequestKind.Change, Consistency.Linearizable, change.Encode(), cancellationToken).ConfigureAwait(false);
        if (!MembershipEncoding.TryDecode(answer.Result!.Payload.Span, out var membership))
            throw Refused(QuorumError.OutcomeUnknown, "the leader made the change and answered with members that cannot be read; do all nodes run the same release?");
        return [.. membership.Members.Select(_actors.View.MemberOf).OrderBy(member => member.Name, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public async Task<NodeInspection> InspectAsync(CancellationToken cancellationToken = default)
    {
        var seen = new TaskCompletionSource<NodeInspection>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_host.IsStopped) throw new QuorumException(QuorumError.Stopped, "the node has stopped");
        _actors.Inspect(inspection => seen.TrySetResult(inspection));
        try
        {
            return await seen.Task.WaitAsync(s_inspectionPatience, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new QuorumException(
                QuorumError.TimedOut, $"the node's actors did not show themselves within {s_inspectionPatience.TotalSeconds} s: it is overloaded or stops", e);
        }
    }

    /// <summary>Hands leadership to the follower that is furthest, as far as one can be brought up to date in time.</summary>
    /// <param name="patience">How long to try.</param>
    /// <returns>Whether this node does not lead any more.</returns>
    public async Task<bool> HandOverAsync(TimeSpan patience)
    {
        var handedOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnRoleChanged(RoleChange change)
        {
            if (change.To != Role.Leader) handedOver.TrySetResult();
        }

        _actors.View.RoleChanged += OnRoleChanged;
        try
        {
            // The core tries for an election timeout, and not at all as long as nobody is known to be fit: it is asked again while there is time.
            var givenUp = Task.Delay(patience, _host.Time);
            while (Status.Role == Role.Leader && !givenUp.IsCompleted && !_host.Completion.IsCompleted)
            {
                _actors.HandOver();
                await Task.WhenAny(handedOver.Task, _host.Completion, givenUp, Task.Delay(s_handOverPeriod, _host.Time)).ConfigureAwait(false);
            }

            return Status.Role != Role.Leader;
        }
        finally
        {
            _actors.View.RoleChanged -= OnRoleChanged;
        }
    }

    /// <summary>
    /// Stops the node: no request is taken any more, what waits is answered, the log is closed cleanly. Where the node led, its script
    /// <c>roles.on-follower</c> runs to its end.
    /// </summary>
    /// <returns>Ends when everything is closed.</returns>
    public Task StopAsync()
    {
        lock (_stopGate) return _stopping ??= Stop();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>Incarnations of one member rise: a wiped disk must not be taken for the one before it.</summary>
    internal static ulong DrawIncarnation(TimeProvider time)
    {
        const int RandomBits = 22;
        var random = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        return ((ulong)time.GetUtcNow().ToUnixTimeMilliseconds() << RandomBits) | (random & ((1UL << RandomBits) - 1));
    }

    private static void RefuseConstant(NodeOptions options)
    {
        if (options.Election.Protocol == ElectionProtocol.Constant)
        {
            throw new InvalidOperationException(
                "election.protocol = constant is a VotingNode's: start it by VotingNode.StartAsync(VotingNodeOptions.From(options), loggers).");
        }
    }

    private static PeerTransportOptions TransportOptions(
        NodeOptions options, ClusterIdentity identity, NodeStorage storage, TimeProvider time) => new()
        {
            ClusterId = storage.ClusterId,
            Self = identity.Self.Id,
            Name = identity.Self.Name,
            Incarnation = storage.Incarnation,
            Listen = identity.Self.PeerAddress,
            Peers = identity.Members.Where(member => member.Id != identity.Self.Id)
                .ToDictionary(member => member.Id, member => new PeerAddress(member.Name, member.PeerAddress)),
            FrameSizeBytes = options.Limits.FrameSizeBytes,
            QueueMessages = options.Limits.PeerQueue,
            Time = time,
        };

    private async Task<LocalAnswer> Ask(
        RequestKind kind, Consistency consistency, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        ProcessorRun.RefuseWithin();
        if (payload.Length > _options.Limits.RequestSizeBytes)
            throw Refused(QuorumError.TooLarge, $"a request of {payload.Length} bytes is over the limit of {_options.Limits.RequestSizeBytes}");
        cancellationToken.ThrowIfCancellationRequested();
        if (!_admission.TryEnter(payload.Length, out var why)) throw Refused(QuorumError.Overloaded, why);
        var reply = new LocalRequest();
        try
        {
            _asked.TryAdd(reply, true);
            if (_host.IsStopped) throw new QuorumException(QuorumError.Stopped, "the node has stopped");
            var request = new Request(kind, consistency, payload, _options.Limits.RequestTimeout, reply);
            _actors.Take(request);
            using var registration = cancellationToken.CanBeCanceled
                ? cancellationToken.UnsafeRegister((_, token) => Forget(request, reply, token), null)
                : default;
            return await reply.Task.ConfigureAwait(false);
        }
        finally
        {
            _asked.TryRemove(reply, out _);
            _admission.Leave(payload.Length);
        }
    }

    private QuorumException Refused(QuorumError error, string message)
    {
        _tally.Failed(error);
        return new QuorumException(error, message);
    }

    private void Forget(Request request, LocalRequest reply, CancellationToken token)
    {
        _actors.Forget(request);
        reply.Cancel(token);
    }

    /// <summary>A node that failed answers nobody: its callers learn of it here.</summary>
    private void EndAsked()
    {
        foreach (var reply in _asked.Keys) reply.Fail(QuorumError.OutcomeUnknown, "the node stopped before it answered");
    }

    private async Task Stop()
    {
        // Of a node that failed callers learn now: what follows may wait for a disk that hangs.
        if (_host.IsStopped) EndAsked();
        else await Ended(_actors.StopNode).ConfigureAwait(false);

        // Whoever leads from now on, it is not this node: what its script began must end, while the rest is closed.
        var scripts = _roles.StopAsync();
        await _transport.DisposeAsync().ConfigureAwait(false);
        if (!_host.IsStopped) await Ended(_actors.StopStorage).ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
        EndAsked();
        _instruments.Dispose();
        _storage.Log.Dispose();
        _storage.Dispose();

        // A log that could not be closed is no clean stop, whoever comes first: this or the watch.
        if (_host.Completion.Exception?.InnerException is { } cause) _completion.TrySetException(cause);
        else _completion.TrySetResult();
        await scripts.ConfigureAwait(false);
    }

    private async Task Ended(Action<Action> begin)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        begin(() => ended.TrySetResult());
        await Task.WhenAny(ended.Task, _host.Completion).ConfigureAwait(false);
    }

    /// <summary>Fail-stop: the node says its last word, lets go of everything, and its completion carries the cause.</summary>
    private async Task WatchHost()
    {
        try
        {
            await _host.Completion.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever stopped the node is its last word.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            _logger.LogCritical(cause, "{Node} stops: {Cause}", _options.Name, cause.Message);
            _completion.TrySetException(cause);
            await StopAsync().ConfigureAwait(false);
        }
    }
}
