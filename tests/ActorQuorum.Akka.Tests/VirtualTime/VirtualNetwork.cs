using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.Akka.Tests.VirtualTime;

/// <summary>Carries messages between virtual nodes in the order in which they were sent, and not across cuts.</summary>
internal sealed class VirtualNetwork
{
    private readonly Dictionary<MemberId, IPeerInbox> _inboxes = [];
    private readonly HashSet<(MemberId From, MemberId To)> _cuts = [];
    private readonly Queue<(MemberId From, MemberId To, PeerMessage Message)> _onTheWay = new();

    /// <summary>How many messages were delivered.</summary>
    public int Delivered { get; private set; }

    public void Connect(MemberId member, IPeerInbox inbox) => _inboxes[member] = inbox;

    /// <summary>Nothing passes between the two any more; nobody is told.</summary>
    public void Cut(MemberId one, MemberId other)
    {
        _cuts.Add((one, other));
        _cuts.Add((other, one));
    }

    public void Heal() => _cuts.Clear();

    public bool Send(MemberId from, MemberId to, PeerMessage message)
    {
        if (!_inboxes.ContainsKey(to)) return false;
        _onTheWay.Enqueue((from, to, message));
        return true;
    }

    /// <summary>Delivers what is on its way, and what that leads to.</summary>
    public void Deliver()
    {
        const int most = 100_000;
        for (var i = 0; _onTheWay.TryDequeue(out var next); i++)
        {
            i.ShouldBeLessThan(most, "the nodes talk without end and no time passes");
            if (_cuts.Contains((next.From, next.To))) continue;
            Delivered++;
            _inboxes[next.To].Deliver(next.From, next.Message, NoCredit.Instance);
        }
    }

    private sealed class NoCredit : IInboundCredit
    {
        public static NoCredit Instance { get; } = new();

        public void Release()
        {
        }
    }
}

/// <summary>One node's end of it.</summary>
internal sealed class VirtualTransport(VirtualNetwork network, MemberId self) : IPeerTransport
{
    public Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken)
    {
        network.Connect(self, inbox);
        return Task.CompletedTask;
    }

    public bool Send(MemberId to, PeerMessage message) => network.Send(self, to, message);

    public void Connect(MemberId peer, PeerAddress address)
    {
        // Everybody is connected with everybody here.
    }

    public void Disconnect(MemberId peer)
    {
        // And stays so.
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
