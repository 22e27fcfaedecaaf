using System.Collections.Concurrent;
using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.Lives;

/// <content>What a life is asked while it lasts. Each answer comes, or the caller is told with the life's end that there is none.</content>
internal sealed partial class NodeLife
{
    private static readonly TimeSpan s_inspectionPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_handOverPeriod = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<LocalRequest, bool> _asked = new();

    /// <summary>Asks the actors, and waits for the answer.</summary>
    public async Task<LocalAnswer> AskAsync(RequestKind kind, Consistency consistency, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var reply = new LocalRequest();
        try
        {
            _asked.TryAdd(reply, true);
            DemandAlive();
            var request = new Request(kind, consistency, payload, _equipment.Options.Limits.RequestTimeout, reply);
            Actors.Take(request);
            using var registration = cancellationToken.CanBeCanceled
                ? cancellationToken.UnsafeRegister((_, token) => Forget(request, reply, token), null)
                : default;
            return await reply.Task.ConfigureAwait(false);
        }
        finally
        {
            _asked.TryRemove(reply, out _);
        }
    }

    /// <summary>Asks the actors for what they hold.</summary>
    public async Task<NodeInspection> InspectAsync(CancellationToken cancellationToken)
    {
        var seen = new TaskCompletionSource<NodeInspection>(TaskCreationOptions.RunContinuationsAsynchronously);
        DemandAlive();
        Actors.Inspect(inspection => seen.TrySetResult(inspection));
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

    /// <summary>Takes a fresh snapshot for somebody to take away.</summary>
    public async Task<SnapshotExport> ExportAsync(CancellationToken cancellationToken)
    {
        DemandAlive();
        var taken = new TaskCompletionSource<SnapshotExport>(TaskCreationOptions.RunContinuationsAsynchronously);
        var request = new ExportRequest(
            export =>
            {
                // Nobody may wait for it any more.
                if (!taken.TrySetResult(export)) export.Dispose();
            },
            (error, why) =>
            {
                _equipment.Tally.Failed(error);
                taken.TrySetException(new QuorumException(error, why));
            });
        Actors.Export(request);
        using var givenUp = cancellationToken.UnsafeRegister(
            _ =>
            {
                if (taken.TrySetCanceled(cancellationToken)) Actors.Forget(request);
            },
            null);
        await Task.WhenAny(taken.Task, Completion).ConfigureAwait(false);
        if (IsOver) taken.TrySetException(Refusal("the node stopped before the snapshot was taken"));
        return await taken.Task.ConfigureAwait(false);
    }

    /// <summary>Hands leadership to the follower that is furthest, as far as one can be brought up to date in time.</summary>
    /// <returns>Whether this node does not lead any more.</returns>
    public async Task<bool> HandOverAsync(TimeSpan patience)
    {
        var handedOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnRoleChanged(RoleChange change)
        {
            if (change.To != Role.Leader) handedOver.TrySetResult();
        }

        Actors.View.RoleChanged += OnRoleChanged;
        try
        {
            // The core tries for an election timeout, and not at all as long as nobody is known to be fit: it is asked again while there is time.
            var givenUp = Task.Delay(patience, Time);
            while (Status.Role == Role.Leader && !givenUp.IsCompleted && !Completion.IsCompleted)
            {
                Actors.HandOver();
                await Task.WhenAny(handedOver.Task, Completion, givenUp, Task.Delay(s_handOverPeriod, Time)).ConfigureAwait(false);
            }

            return Status.Role != Role.Leader;
        }
        finally
        {
            Actors.View.RoleChanged -= OnRoleChanged;
        }
    }

    /// <summary>No other life follows: whoever comes now is told that the node has stopped, whatever was said before.</summary>
    public void EndForGood() => _farewell = Farewell.Stops;

    private void DemandAlive()
    {
        if (IsOver) throw Refusal("the node has stopped");
    }

    /// <summary>Between two lives nothing was done for the caller, and soon there is the next one.</summary>
    private QuorumException Refusal(string afterTheLast) =>
        _farewell is { Error: not QuorumError.Stopped } farewell ? new(farewell.Error, farewell.Text) : new(QuorumError.Stopped, afterTheLast);

    private void Forget(Request request, LocalRequest reply, CancellationToken token)
    {
        Actors.Forget(request);
        reply.Cancel(token);
    }

    /// <summary>A node that failed answers nobody: its callers learn of it here.</summary>
    private void EndAsked(Farewell farewell)
    {
        foreach (var reply in _asked.Keys) reply.Fail(QuorumError.OutcomeUnknown, farewell.Unanswered);
    }
}
