using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.Transport;

namespace ActorQuorum.TestKit.Network;

/// <summary>Carries messages between simulated nodes: in order on each link, with a latency from the seed, and not across cuts.</summary>
internal sealed class SimulatedNetwork(Simulation simulation)
{
    private readonly SortedDictionary<MemberId, (IPeerInbox Inbox, SimulatedHost Host)> _nodes = [];
    private readonly SortedDictionary<(MemberId From, MemberId To), TimeSpan> _lastDelivery = [];
    private readonly SortedSet<(MemberId From, MemberId To)> _cuts = [];

    /// <summary>The least time a message takes.</summary>
    public TimeSpan LeastLatency { get; set; } = TimeSpan.FromMicroseconds(100);

    /// <summary>The most time a message takes, before those in front of it.</summary>
    public TimeSpan MostLatency { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How many of a thousand messages are lost.</summary>
    public int LostPerThousand { get; set; }

    /// <summary>How many of a thousand messages arrive twice.</summary>
    public int DoubledPerThousand { get; set; }

    /// <summary>Messages of one link for which this holds are lost.</summary>
    public Func<MemberId, MemberId, PeerMessage, bool>? Drop { get; set; }

    /// <summary>A node is on the network.</summary>
    public void Connect(MemberId member, IPeerInbox inbox, SimulatedHost host) => _nodes[member] = (inbox, host);

    /// <summary>A node's process is gone: the others see their connections close.</summary>
    public void Disconnect(MemberId member)
    {
        _nodes.Remove(member);
        foreach (var (other, node) in _nodes)
            if (!IsCut(member, other))
                node.Host.After(LeastLatency, () => node.Inbox.ConnectionLost(member));
    }

    /// <summary>Nothing passes from one to the other any more; nobody is told.</summary>
    public void Cut(MemberId from, MemberId to) => _cuts.Add((from, to));

    /// <summary>Everything passes again.</summary>
    public void Heal() => _cuts.Clear();

    /// <summary>Whether nothing passes from one to the other.</summary>
    public bool IsCut(MemberId from, MemberId to) => _cuts.Contains((from, to));

    /// <summary>Sends a message; whether it was taken says nothing about whether it arrives.</summary>
    public bool Send(MemberId from, MemberId to, PeerMessage message)
    {
        if (!_nodes.TryGetValue(to, out var target)) return false;
        if (IsCut(from, to) || Drop?.Invoke(from, to, message) == true || simulation.Random.Below(1000) < LostPerThousand) return true;
        Carry(from, to, message, target.Host);
        if (simulation.Random.Below(1000) < DoubledPerThousand) Carry(from, to, message, target.Host);
        return true;
    }

    /// <summary>A link keeps its order, as TCP does.</summary>
    private void Carry(MemberId from, MemberId to, PeerMessage message, SimulatedHost receiver)
    {
        var due = simulation.Now + simulation.Random.Between(LeastLatency, MostLatency);
        if (_lastDelivery.TryGetValue((from, to), out var last) && last > due) due = last;
        _lastDelivery[(from, to)] = due;
        receiver.After(due - simulation.Now, () =>
        {
            if (_nodes.TryGetValue(to, out var node) && node.Host == receiver && !IsCut(from, to))
                node.Inbox.Deliver(from, message, NoCredit.Instance);
        });
    }

    private sealed class NoCredit : IInboundCredit
    {
        public static NoCredit Instance { get; } = new();

        public void Release()
        {
        }
    }
}
