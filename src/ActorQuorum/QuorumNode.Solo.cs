using System.Net.Sockets;
using ActorQuorum.Actors;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Roles;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Storage;
using Microsoft.Extensions.Logging;

namespace ActorQuorum;

/// <content>The node begins anew: one life ends, its data directory is worked on as if it were stopped, for it is, and the next life begins.</content>
public sealed partial class QuorumNode : ISoloNode
{
    private const int PortAttempts = 50;
    private static readonly TimeSpan s_portPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_farewellPatience = TimeSpan.FromSeconds(1);

    /// <summary>Held while one life follows the other, and from the end on.</summary>
    private readonly SemaphoreSlim _turning = new(1, 1);

    /// <inheritdoc/>
    public Task SoloAsync(CancellationToken cancellationToken = default) => BeginAnewAsync(Farewell.GoesAlone, WhyNotSolo, GoAlone, cancellationToken);

    /// <inheritdoc/>
    public Task ResetAsync(CancellationToken cancellationToken = default) => BeginAnewAsync(Farewell.Forgets, WhyNoReset, Forget, cancellationToken);

    private string? WhyNotSolo()
    {
        if (_options.Storage == StorageKind.Memory)
        {
            return $"{_options.Name} keeps nothing on disk (storage = memory), so there is nothing that it could begin anew with. "
                + "Save its data (actorquorum snapshot save), and restore that into a data directory for a node that keeps one.";
        }

        return Status.LastIndex > 0 ? null : $"{_options.Name} holds no entry yet: there is nothing to go on with. Start a node with a configuration of its own instead.";
    }

    private string? WhyNoReset()
    {
        var others = Members.Where(member => member.Id != Status.Self.Id).Select(member => member.Name).ToArray();
        if (others.Length > 0)
        {
            return $"{_options.Name} has other members in its cluster ({string.Join(", ", others)}), who rely on what it promised while it runs. "
                + "Stop it first, and then: actorquorum reset. Or let it leave them before, by solo.";
        }

        return _options.Storage == StorageKind.Memory ? $"{_options.Name} keeps nothing on disk (storage = memory): a restart is all it takes." : null;
    }

    private void GoAlone(StoppedNode stopped)
    {
        var (before, held) = (stopped.Identity.ClusterId, stopped.Read());
        var identity = stopped.GoAlone(held, DrawIncarnation, DrawNumber, _equipment.Time.GetUtcNow());
        _equipment.Logger.LogWarning(
            "{Node} has left cluster {Before:x16} and is a cluster of one now, of id {Cluster:x16}: it goes on alone with its entries up to {Index}, in term {Term} or above",
            _options.Name, before, identity.ClusterId, held.LastIndex, Math.Max(held.Term, held.LastTerm) + 1);
    }

    private void Forget(StoppedNode stopped)
    {
        var before = stopped.Identity.ClusterId;
        stopped.Reset(DrawIncarnation);
        _equipment.Tally.ForgetLog();
        _equipment.Logger.LogWarning(
            "{Node} was reset: all that it held of cluster {Before:x16} is gone; it belongs to cluster {Cluster:x16} again, and has no vote until that has bound it",
            _options.Name, before, stopped.Identity.ConfiguredAs);
    }

    private ulong DrawIncarnation() => DrawIncarnation(_equipment.Time);

    /// <summary>Ends the present life, has its data directory worked on, and begins the next. Whatever becomes of the work, what lies there then is started.</summary>
    private async Task BeginAnewAsync(Farewell farewell, Func<string?> whyNot, Action<StoppedNode> work, CancellationToken cancellationToken)
    {
        ProcessorRun.RefuseWithin();
        cancellationToken.ThrowIfCancellationRequested();
        if (IsStopping) throw Refused(QuorumError.Stopped, "the node stops");
        if (!await _turning.WaitAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false))
            throw Refused(QuorumError.ChangeInProgress, "the node is being made solo or reset already; repeat it later");
        try
        {
            if (!_equipment.Hosting.BeginsAnew)
            {
                throw new InvalidOperationException(
                    $"{_options.Name} lives in an actor system of Akka.NET, in which a node does not begin anew. Stop it, and then: actorquorum solo, or reset.");
            }

            if (whyNot() is { } why) throw new InvalidOperationException(why);
            await EndLifeAsync(farewell).ConfigureAwait(false);
            var failure = await Task.Run(() => FailureOf(work), CancellationToken.None).ConfigureAwait(false);
            await BeginNextAsync(failure).ConfigureAwait(false);
        }
        finally
        {
            _turning.Release();
        }
    }

    private bool IsStopping
    {
        get
        {
            lock (_stopGate) return _stopping is not null;
        }
    }

    private async Task EndLifeAsync(Farewell farewell)
    {
        var life = _life;
        if (Role == Role.Leader && Members.Count > 1) await life.HandOverAsync(s_farewellPatience).ConfigureAwait(false);
        life.BeginToEnd(farewell);
        Ring();
        _equipment.Roles.Hear(new RoleStanding(false, "", Fence.OfTerm(Status.Term)));
        await life.EndAsync(farewell).ConfigureAwait(false);
        if (life.Completion.Exception?.InnerException is not { } cause) return;
        life.EndForGood();
        throw new QuorumException(QuorumError.Stopped, $"the node failed as it was to begin anew, and nothing was changed: {cause.Message}", cause);
    }

    private Exception? FailureOf(Action<StoppedNode> work)
    {
        try
        {
            using var stopped = StoppedNode.Open(_equipment.Files, _options);
            work(stopped);
            return null;
        }
#pragma warning disable CA1031 // Whatever happened, the node must be started again, or its callers wait for nobody.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return failure;
        }
    }

    private async Task BeginNextAsync(Exception? failure)
    {
        if (IsStopping)
        {
            _life.EndForGood();
            throw new QuorumException(QuorumError.Stopped, "the node was stopped as it was to begin anew; its data directory tells what it is", failure);
        }

        try
        {
            await BeginLifeInTimeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever keeps it from starting is its last word.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            _life.EndForGood();
            var reason = failure is null ? cause.Message : $"{failure.Message} {cause.Message}";
            var lastWord = new IOException($"{_options.Name} could not be started again as it was to begin anew: {reason}", failure ?? cause);

            // Not awaited: the stop waits for this to end.
            _ = FailAsync(lastWord);
            throw lastWord;
        }

        if (failure is null) return;
        _equipment.Logger.LogError(failure, "{Node} could not begin anew, and goes on with what its data directory holds: {Reason}", _options.Name, failure.Message);
        throw new IOException($"{_options.Name} could not begin anew, and goes on with what its data directory holds: {failure.Message}", failure);
    }

    /// <summary>While nobody listens at its port, the system may give that to somebody's outgoing connection for a moment.</summary>
    private async Task BeginLifeInTimeAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await BeginLifeAsync(CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (IOException busy) when (busy.InnerException is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } && attempt < PortAttempts)
            {
                await Task.Delay(s_portPause, _equipment.Time).ConfigureAwait(false);
            }
        }
    }
}
