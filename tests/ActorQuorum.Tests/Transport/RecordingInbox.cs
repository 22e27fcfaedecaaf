using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Transport;

/// <summary>Keeps what a transport delivers, in order; releases credit at once unless told to hold it.</summary>
internal sealed class RecordingInbox : IPeerInbox
{
    private readonly Lock gate = new();
    private readonly List<object> events = [];
    private readonly Queue<IInboundCredit> held = [];

    /// <summary>Whether credits are kept until <see cref="Release"/>.</summary>
    public bool Holds { get; init; }

    /// <summary>Called before a loss is kept.</summary>
    public Action<MemberId>? Losing { get; init; }

    /// <summary>The most credits that were out at once.</summary>
    public int MostHeld { get; private set; }

    /// <summary>Messages as (from, message), losses as the peer, nodes that were met as themselves.</summary>
    public IReadOnlyList<object> Events
    {
        get
        {
            lock (gate)
            {
                return [.. events];
            }
        }
    }

    public IReadOnlyList<PeerMessage> Messages => [.. Events.OfType<(MemberId From, PeerMessage Message)>().Select(e => e.Message)];

    public IReadOnlyList<MemberId> Lost => [.. Events.OfType<MemberId>()];

    public void Deliver(MemberId from, PeerMessage message, IInboundCredit credit)
    {
        lock (gate)
        {
            events.Add((from, message));
            if (Holds)
            {
                held.Enqueue(credit);
                MostHeld = Math.Max(MostHeld, held.Count);
                return;
            }
        }

        credit.Release();
    }

    public void ConnectionLost(MemberId peer)
    {
        Losing?.Invoke(peer);
        lock (gate)
        {
            events.Add(peer);
        }
    }

    public void Met(VotingMember contact)
    {
        lock (gate)
        {
            events.Add(contact);
        }
    }

    public void Release()
    {
        IInboundCredit credit;
        lock (gate)
        {
            credit = held.Dequeue();
        }

        credit.Release();
    }
}
