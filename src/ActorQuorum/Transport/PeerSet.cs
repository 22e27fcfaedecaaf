using System.Collections.Concurrent;
using ActorQuorum.Core.Raft;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Transport;

/// <summary>The members that a transport keeps connections to, and the loops that do. They come and go while it runs.</summary>
internal sealed class PeerSet(PeerTransportOptions options, ILogger logger, LogThrottle throttle, bool isBulk = false)
{
    private readonly ConcurrentDictionary<MemberId, OutboundPeer> peers = new();
    private readonly Dictionary<MemberId, Task> loops = [];
    private readonly Lock gate = new();
    private IPeerInbox? inbox;
    private CancellationToken stopping;

    /// <summary>One of them, or null; called for each message that is sent.</summary>
    public OutboundPeer? Find(MemberId id) => peers.GetValueOrDefault(id);

    /// <summary>A new one, or another address of one.</summary>
    public void Add(MemberId id, PeerAddress address)
    {
        lock (gate)
        {
            if (peers.TryGetValue(id, out var known))
            {
                known.Move(address);
                return;
            }

            var added = new OutboundPeer(options, id, address, logger, throttle, isBulk);
            peers[id] = added;
            if (inbox is not null && !stopping.IsCancellationRequested)
            {
                Run(id, added);
            }
        }
    }

    /// <summary>One less.</summary>
    /// <returns>Whether it was one.</returns>
    public bool Remove(MemberId id)
    {
        OutboundPeer? peer;
        lock (gate)
        {
            peers.TryRemove(id, out peer);
        }

        peer?.Leave();
        return peer is not null;
    }

    /// <summary>One less, once what is queued to it was sent.</summary>
    /// <returns>Whether it was one.</returns>
    public bool LetGo(MemberId id)
    {
        OutboundPeer? peer;
        lock (gate)
        {
            peers.TryRemove(id, out peer);
        }

        peer?.Finish();
        return peer is not null;
    }

    /// <summary>Begins to dial them.</summary>
    public void Start(IPeerInbox to, CancellationToken until)
    {
        lock (gate)
        {
            (inbox, stopping) = (to, until);
            foreach (var (id, peer) in peers)
            {
                Run(id, peer);
            }
        }
    }

    /// <summary>Each sends what is queued and is not dialled again; ends once their peers have read it, or after <paramref name="patience"/>.</summary>
    public async Task DrainAsync(TimeSpan patience, TimeProvider time)
    {
        foreach (var peer in peers.Values)
        {
            peer.Finish();
        }

        try
        {
            await WhenStopped().WaitAsync(patience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Whoever does not read in time does not get it: the caller ends anyway.
        }
    }

    /// <summary>Ends once every loop has, after the token given at the start.</summary>
    public Task WhenStopped()
    {
        lock (gate)
        {
            return Task.WhenAll(loops.Values);
        }
    }

    /// <summary>A member that comes back is dialled once the loss of its former connection was told.</summary>
    private void Run(MemberId id, OutboundPeer peer)
    {
        var former = loops.GetValueOrDefault(id, Task.CompletedTask);
        var loop = Task.Run(async () =>
        {
            using var ended = peer;
            await former.ConfigureAwait(false);
            await peer.RunAsync(inbox!, stopping).ConfigureAwait(false);
        });
        loops[id] = loop;
        loop.ContinueWith(_ => Forget(id, loop), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Forget(MemberId id, Task loop)
    {
        lock (gate)
        {
            if (loops.GetValueOrDefault(id) == loop)
            {
                loops.Remove(id);
            }
        }
    }
}
