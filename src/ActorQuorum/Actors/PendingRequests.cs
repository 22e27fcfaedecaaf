using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Actors;

/// <summary>The requests that a node has not yet answered. Each ends exactly once: answered, failed, or given up by its client.</summary>
/// <param name="mostRequests">The bound on their number: what this node and all that pass requests on to it admit.</param>
/// <param name="mostBytes">The bound on what they hold together.</param>
/// <param name="seed">Where the numbers of this process begin.</param>
internal sealed class PendingRequests(long mostRequests, long mostBytes, ulong seed)
{
    /// <summary>Numbers stay below what the wire bears, with room to count.</summary>
    private const int UnusedIdBits = 4;

    private readonly Dictionary<long, Request> _byId = [];
    private readonly SortedDictionary<(long Index, long Term), Request> _byPosition = [];
    private readonly SortedDictionary<long, Request> _waiting = [];
    // A leader may still answer what a process before this one asked; numbers that begin elsewhere in each process are never taken for each other.
    private long _lastId = (long)(seed >> UnusedIdBits);
    private long _sizeBytes;

    /// <summary>The bound on their number.</summary>
    public long MostRequests => mostRequests;

    /// <summary>How many are pending.</summary>
    public int Count => _byId.Count;

    /// <summary>
    /// Whether there is room for none any more. Members admit only so many each; but one whose clients give up admits others in their place,
    /// while those that it passed on are still under way here.
    /// </summary>
    public bool IsFull => _byId.Count >= mostRequests || _sizeBytes >= mostBytes;

    /// <summary>How many of them wait for a leader.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Takes a request in.</summary>
    public void Add(Request request, TimeSpan now)
    {
        request.Id = ++_lastId;
        request.Deadline = now + request.Patience;
        _byId.Add(request.Id, request);
        _sizeBytes += request.Payload.Length;
    }

    /// <summary>The request of this number, or null if it has ended.</summary>
    public Request? Find(long id) => _byId.GetValueOrDefault(id);

    /// <summary>Puts a request aside until a leader is known.</summary>
    public void Wait(Request request)
    {
        request.Stage = RequestStage.Waiting;
        _waiting[request.Id] = request;
    }

    /// <summary>Takes out all that wait for a leader, the oldest first.</summary>
    public ImmutableArray<Request> TakeWaiting()
    {
        if (_waiting.Count == 0) return [];
        ImmutableArray<Request> waiting = [.. _waiting.Values];
        _waiting.Clear();
        return waiting;
    }

    /// <summary>A command stands in the log.</summary>
    public void Logged(Accepted accepted)
    {
        if (Find(accepted.RequestId) is not { } request) return;
        request.Stage = RequestStage.InLog;
        request.Position = (accepted.Index, accepted.Term);
        _byPosition.Add(request.Position, request);
    }

    /// <summary>Answers the commands of applied entries; returns those whose entry was replaced: they certainly take no effect.</summary>
    public ImmutableArray<Request> Applied(
        ImmutableArray<Entry> entries, ImmutableArray<CommandResult?> results, Histogram<double>? seconds, NodeContext context)
    {
        if (_byPosition.Count == 0) return [];
        var now = context.Now;
        for (var i = 0; i < entries.Length; i++)
        {
            if (!_byPosition.TryGetValue((entries[i].Index, entries[i].Term), out var request)) continue;
            if (results[i] is not { } result || !Remove(request)) continue;
            seconds?.Record((now - (request.Deadline - request.Patience)).TotalSeconds);
            request.ReplyTo.Answer(result);
        }

        var last = entries[^1].Index;
        ImmutableArray<Request> replaced = [.. _byPosition.TakeWhile(p => p.Key.Index <= last).Select(p => p.Value)];
        foreach (var request in replaced) _byPosition.Remove(request.Position);
        return replaced;
    }

    /// <summary>The commands that stand in the log up to an index.</summary>
    public ImmutableArray<Request> LoggedUpTo(long index) => [.. _byPosition.TakeWhile(p => p.Key.Index <= index).Select(p => p.Value)];

    /// <summary>Ends a request.</summary>
    /// <returns>Whether it had not ended before.</returns>
    public bool Remove(Request request)
    {
        if (request.Stage == RequestStage.InLog) _byPosition.Remove(request.Position);

        // At once, not when a leader is found: without a quorum that may never be, and callers come and go.
        else if (request.Stage == RequestStage.Waiting) _waiting.Remove(request.Id);
        if (!_byId.Remove(request.Id)) return false;
        _sizeBytes -= request.Payload.Length;
        return true;
    }

    /// <summary>Those forwarded to a member that cannot be heard any more.</summary>
    public ImmutableArray<Request> ForwardedTo(MemberId peer) =>
        [.. _byId.Values.Where(request => request.Stage == RequestStage.Forwarded && request.ForwardedTo == peer)];

    /// <summary>Those whose deadline has passed.</summary>
    public ImmutableArray<Request> Overdue(TimeSpan now) => [.. _byId.Values.Where(request => request.Deadline <= now)];

    /// <summary>All.</summary>
    public ImmutableArray<Request> All() => [.. _byId.Values];
}
