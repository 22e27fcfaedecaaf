using System.Net;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Discovery;

namespace ActorQuorum.TestKit.Voting;

/// <summary>
/// The network of a simulated constant election: datagrams that are lost, connections that are made anew, in order but for faults, and cuts that
/// nobody is told of, so that a peer behind one is a black hole.
/// </summary>
internal sealed class VotingNetwork(Simulation simulation)
{
    private static readonly TimeSpan s_longestDetour = TimeSpan.FromSeconds(1);
    private readonly SortedDictionary<MemberId, Station> _stations = [];
    private readonly SortedDictionary<(int From, int To), TimeSpan> _lastDelivery = [];
    private readonly SortedSet<(int From, int To)> _cuts = [];

    /// <summary>The least time anything takes.</summary>
    public TimeSpan LeastLatency { get; set; } = TimeSpan.FromMicroseconds(100);

    /// <summary>The most time anything takes, before what is in front of it.</summary>
    public TimeSpan MostLatency { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How many of a thousand datagrams are lost.</summary>
    public int LostDatagramsPerThousand { get; set; }

    /// <summary>How many of a thousand messages arrive late, or twice, as when a lost connection still had some in it.</summary>
    public int StrayPerThousand { get; set; }

    /// <summary>Messages that left a node so far, by its number.</summary>
    public SortedDictionary<int, long> SentBy { get; } = [];

    /// <summary>A start of a node is on the network.</summary>
    public void Join(Station station) => _stations[station.Member.Id] = station;

    /// <summary>A process is gone: the others see their connections close, unless they are cut off.</summary>
    public void Leave(MemberId id)
    {
        if (!_stations.Remove(id, out var gone)) return;
        foreach (var other in _stations.Values)
            if (!IsCut(gone.Number, other.Number)) other.Host.After(LeastLatency, () => other.Inbox.ConnectionLost(id));
    }

    /// <summary>Nothing passes from one node to another any more; nobody is told.</summary>
    public void Cut(int from, int to) => _cuts.Add((from, to));

    /// <summary>Everything passes again, as fast as ever.</summary>
    public void Heal()
    {
        _cuts.Clear();
        LostDatagramsPerThousand = StrayPerThousand = 0;
        MostLatency = TimeSpan.FromMilliseconds(2);
    }

    /// <summary>A datagram to all, its sender too.</summary>
    public void Broadcast(Station from, byte[] datagram)
    {
        foreach (var to in _stations.Values)
        {
            if (IsCut(from.Number, to.Number) || simulation.Random.Below(1000) < LostDatagramsPerThousand) continue;
            to.Host.After(DrawLatency(), () => to.Datagrams?.Heard(datagram, from.Address));
        }
    }

    /// <summary>A message over a connection; before the first one, the receiver is told who connects.</summary>
    public bool Send(Station from, MemberId to, PeerMessage message)
    {
        SentBy[from.Number] = SentBy.GetValueOrDefault(from.Number) + 1;
        if (!_stations.TryGetValue(to, out var target)) return false;
        if (IsCut(from.Number, target.Number)) return true;
        var isStray = simulation.Random.Below(1000) < StrayPerThousand;
        if (isStray) Deliver(from, target, message, simulation.Random.Between(LeastLatency, s_longestDetour));
        if (!isStray || simulation.Random.Below(2) == 0) Carry(from, target, message);
        return true;
    }

    /// <summary>A node dials another: if it gets through, the other is told who it is, and has said so before its first message.</summary>
    public void Dial(Station from, MemberId to)
    {
        if (!_stations.TryGetValue(to, out var target) || IsCut(from.Number, target.Number)) return;
        Greet(from, target);
    }

    private static void Greet(Station from, Station target)
    {
        if (!target.Greeted.Add(from.Member.Id)) return;
        target.Inbox.Met(from.Member);
    }

    /// <summary>A link keeps its order, as TCP does.</summary>
    private void Carry(Station from, Station target, PeerMessage message)
    {
        var link = (from.Number, target.Number);
        var due = simulation.Now + DrawLatency();
        if (_lastDelivery.TryGetValue(link, out var last) && last > due) due = last;
        _lastDelivery[link] = due;
        Deliver(from, target, message, due - simulation.Now);
    }

    private void Deliver(Station from, Station target, PeerMessage message, TimeSpan delay) =>
        target.Host.After(delay, () =>
        {
            if (IsCut(from.Number, target.Number)) return;
            target.Host.Trace(TraceKind.Delivery, from.Number);
            Greet(from, target);
            target.Inbox.Deliver(from.Member.Id, message, NoCredit.Instance);
        });

    private TimeSpan DrawLatency() => simulation.Random.Between(LeastLatency, MostLatency);

    private bool IsCut(int from, int to) => _cuts.Count > 0 && _cuts.Contains((from, to));

    /// <summary>One start of a node on the network.</summary>
    internal sealed record Station(int Number, VotingMember Member, IPAddress Address, IPeerInbox Inbox, SimulatedHost Host)
    {
        /// <summary>Where its datagrams go, once it listens.</summary>
        public IBroadcastInbox? Datagrams { get; set; }

        /// <summary>Who has presented itself to it by a connection.</summary>
        public SortedSet<MemberId> Greeted { get; } = [];
    }

    private sealed class NoCredit : IInboundCredit
    {
        public static NoCredit Instance { get; } = new();

        public void Release()
        {
        }
    }
}
