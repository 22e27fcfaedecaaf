using System.Buffers.Binary;
using System.Security.Cryptography;
using ActorQuorum.Actors;
using ActorQuorum.Configuration;
using ActorQuorum.Hosting;
using ActorQuorum.Lives;
using ActorQuorum.Metrics;
using ActorQuorum.Roles;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum;

/// <summary>One node of a cluster, running in this process: the front door, behind which one life of the node follows the other.</summary>
public sealed partial class QuorumNode : IQuorumNode, IInspectableNode, IAsyncDisposable, IDisposable
{
    private readonly NodeEquipment _equipment;
    private readonly NodeOptions _options;
    private readonly Admission _admission;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the last life.</summary>
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _stopGate = new();
    private NodeInstruments? _instruments;
    private Task? _stopping;
    private volatile NodeLife _life = null!;

    private QuorumNode(NodeEquipment equipment)
    {
        _equipment = equipment;
        _options = equipment.Options;
        _admission = new(_options.Limits.PendingRequests, _options.Limits.PendingSizeBytes);
    }

    /// <inheritdoc/>
    public NodeStatus Status => _life.Status;

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <summary>Ends when no role script runs or waits.</summary>
    internal Task ScriptsEnded => _equipment.Roles.Idle;

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
        var roles = RoleScripts.Of(options.Roles, options.Name, options.ClusterName, TimeProvider.System, loggers.CreateLogger("ActorQuorum.Roles"));
        var equipment = new NodeEquipment(options, loggers, hosting, builder, roles);
        var node = new QuorumNode(equipment);
        try
        {
            await node.BeginLifeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await roles.StopAsync().ConfigureAwait(false);
            throw;
        }

        node._instruments = new(node, options.Name, equipment.Tally, () => node._life.Actors);
        return node;
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

    /// <inheritdoc/>
    public Task<NodeInspection> InspectAsync(CancellationToken cancellationToken = default) => _life.InspectAsync(cancellationToken);

    /// <summary>Hands leadership to the follower that is furthest, as far as one can be brought up to date in time.</summary>
    /// <param name="patience">How long to try.</param>
    /// <returns>Whether this node does not lead any more.</returns>
    public Task<bool> HandOverAsync(TimeSpan patience) => _life.HandOverAsync(patience);

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

    /// <summary>Stops the node, and this thread waits for it, as a container does that is not disposed of asynchronously. Else <see cref="DisposeAsync"/> is better.</summary>
    public void Dispose() => Task.Run(StopAsync).GetAwaiter().GetResult();

    /// <summary>Incarnations of one member rise: a wiped disk must not be taken for the one before it.</summary>
    internal static ulong DrawIncarnation(TimeProvider time)
    {
        const int RandomBits = 22;
        return ((ulong)time.GetUtcNow().ToUnixTimeMilliseconds() << RandomBits) | (DrawNumber() & ((1UL << RandomBits) - 1));
    }

    /// <summary>A random number: of a cluster, for one.</summary>
    internal static ulong DrawNumber() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private static void RefuseConstant(NodeOptions options)
    {
        if (options.Election.Protocol == ElectionProtocol.Constant)
        {
            throw new InvalidOperationException(
                "election.protocol = constant is a VotingNode's: start it by VotingNode.StartAsync(VotingNodeOptions.From(options), loggers).");
        }
    }

    private async Task<LocalAnswer> Ask(
        RequestKind kind, Consistency consistency, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        ProcessorRun.RefuseWithin();
        if (payload.Length > _options.Limits.RequestSizeBytes)
            throw Refused(QuorumError.TooLarge, $"a request of {payload.Length} bytes is over the limit of {_options.Limits.RequestSizeBytes}");
        cancellationToken.ThrowIfCancellationRequested();
        if (!_admission.TryEnter(payload.Length, out var why)) throw Refused(QuorumError.Overloaded, why);
        try
        {
            return await _life.AskAsync(kind, consistency, payload, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _admission.Leave(payload.Length);
        }
    }

    private QuorumException Refused(QuorumError error, string message)
    {
        _equipment.Tally.Failed(error);
        return new QuorumException(error, message);
    }

    private async Task Stop()
    {
        // One life may just be ending for the next: that is then not begun any more.
        await _turning.WaitAsync().ConfigureAwait(false);
        var life = _life;

        // Whoever leads from now on, it is not this node: what its script or its readers began must end, while the rest is closed.
        _over.TrySetResult();
        life.BeginToEnd(Farewell.Stops);
        var scripts = _equipment.Roles.StopAsync();
        await life.EndAsync(Farewell.Stops).ConfigureAwait(false);
        life.EndForGood();
        _instruments?.Dispose();

        // A log that could not be closed is no clean stop, whoever comes first: this or the watch.
        if (life.Completion.Exception?.InnerException is { } cause) _completion.TrySetException(cause);
        else _completion.TrySetResult();
        await scripts.ConfigureAwait(false);
    }

    private async Task BeginLifeAsync(CancellationToken cancellationToken)
    {
        var life = await NodeLife.StartAsync(_equipment, Ring, cancellationToken).ConfigureAwait(false);
        _life = life;
        _ = WatchAsync(life);

        // What rang before was heard in vain: the former life was looked at.
        Ring();
    }

    /// <summary>Fail-stop: the node says its last word, lets go of everything, and its completion carries the cause.</summary>
    private async Task WatchAsync(NodeLife life)
    {
        try
        {
            await life.Completion.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever stopped the node is its last word.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            await FailAsync(cause).ConfigureAwait(false);
        }
    }

    private Task FailAsync(Exception cause)
    {
        _equipment.Logger.LogCritical(cause, "{Node} stops: {Cause}", _options.Name, cause.Message);
        _completion.TrySetException(cause);
        _over.TrySetResult();
        return StopAsync();
    }
}
