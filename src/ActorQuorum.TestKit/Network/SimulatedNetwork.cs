using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.TestKit.Invariants;
using ActorQuorum.Transport;

namespace ActorQuorum.TestKit.Network;

/// <summary>A message on its way, as a rule of the network sees it.</summary>
/// <param name="From">The sender's name.</param>
/// <param name="To">The receiver's name.</param>
/// <param name="Kind">Its kind: AppendEntries, RequestVote, Heartbeat, Forward...</param>
public readonly record struct MessageOnTheWay(string From, string To, string Kind);

/// <summary>Carries messages between simulated nodes: in order on each link but for faults, with a latency from the seed, and not across cuts.</summary>
internal sealed partial class SimulatedNetwork(Simulation simulation, ReachedCounts reached)
{
    private static readonly TimeSpan LongestDetour = TimeSpan.FromSeconds(1);
    private readonly SortedDictionary<MemberId, Station> _stations = [];
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

    /// <summary>How many of a thousand messages of the core are overtaken by later ones, as when a lost connection still had some in it.</summary>
    public int OvertakenPerThousand { get; set; }

    /// <summary>Messages for which this holds are lost.</summary>
    public Func<MessageOnTheWay, bool>? Drop { get; set; }

    /// <summary>Messages for which this holds arrive twice.</summary>
    public Func<MessageOnTheWay, bool>? Duplicate { get; set; }

    /// <summary>How much longer a message takes; those behind it on the link wait.</summary>
    public Func<MessageOnTheWay, TimeSpan>? Delay { get; set; }

    /// <summary>A node is on the network; of the others it hears its peers, as far as they are of its cluster.</summary>
    /// <param name="number">Its place among the nodes.</param>
    /// <param name="says">What it says of itself, and by which it judges others.</param>
    /// <param name="inbox">Where its messages go.</param>
    /// <param name="hears">Whether somebody is one of its peers.</param>
    /// <param name="host">Where it runs.</param>
    /// <param name="cluster">The cluster that it is of in truth, whatever it says.</param>
    public void Connect(long number, PeerTransportOptions says, IPeerInbox inbox, Func<MemberId, bool> hears, SimulatedHost host, InvariantSet cluster) =>
        _stations[says.Self] = new(number, says, inbox, hears, host, cluster);

    /// <summary>A node closes its connections with another: both see it, and what is on its way between them is lost.</summary>
    public void Part(MemberId member, MemberId other)
    {
        if (_stations.TryGetValue(member, out var left) && _stations.TryGetValue(other, out var right) && !right.Admits(left)) return;
        TellLoss(member, other);
        if (!IsCut(member, other)) TellLoss(other, member);
    }

    /// <summary>A node's process is gone: the others see their connections close.</summary>
    public void Disconnect(MemberId member)
    {
        var gone = _stations.GetValueOrDefault(member);
        _stations.Remove(member);
        foreach (var (other, station) in _stations)
            if (!IsCut(member, other) && (gone is null || station.Admits(gone)) && station.Hears(member))
                TellLoss(other, member);
    }

    /// <summary>Nothing passes from one to the other any more; nobody is told.</summary>
    public void Cut(MemberId from, MemberId to) => _cuts.Add((from, to));

    /// <summary>Everything passes again, as fast as ever.</summary>
    public void Heal()
    {
        _cuts.Clear();
        LostPerThousand = DoubledPerThousand = OvertakenPerThousand = 0;
        MostLatency = TimeSpan.FromMilliseconds(2);
        (Drop, Duplicate, Delay) = (null, null, null);
    }

    /// <summary>Sends a message; whether it was taken says nothing about whether it arrives.</summary>
    public bool Send(MemberId from, MemberId to, PeerMessage message)
    {
        if (!_stations.TryGetValue(to, out var target) || !_stations.TryGetValue(from, out var source) || !target.Admits(source) || !target.Hears(from)) return false;
        var hasRules = Drop is not null || Duplicate is not null || Delay is not null;
        var onTheWay = hasRules ? new MessageOnTheWay(source.Name, target.Name, KindOf(message)) : default;
        if (IsCut(from, to) || Drop?.Invoke(onTheWay) == true || IsDrawn(LostPerThousand)) return true;
        var delay = Delay?.Invoke(onTheWay) ?? TimeSpan.Zero;

        // Raft bears messages that arrive twice or late. A request that is passed on does not, and need not: a TCP connection doubles nothing.
        var isOfCore = message is Consensus;
        if (isOfCore && IsDrawn(OvertakenPerThousand)) CarryLate((from, to), message, target);
        else Carry((from, to), message, target, delay);
        if (isOfCore && Duplicate?.Invoke(onTheWay) == true) Carry((from, to), message, target, delay);
        if (isOfCore && IsDrawn(DoubledPerThousand)) CarryLate((from, to), message, target);
        return true;
    }

    private static string KindOf(PeerMessage message) => message is Consensus(var raft) ? raft.GetType().Name : message.GetType().Name;

    private bool IsCut(MemberId from, MemberId to) => _cuts.Count > 0 && _cuts.Contains((from, to));

    private bool IsDrawn(int perThousand) => perThousand > 0 && simulation.Random.Below(1000) < perThousand;

    /// <summary>A link keeps its order, as TCP does.</summary>
    private void Carry((MemberId From, MemberId To) link, PeerMessage message, Station receiver, TimeSpan delay)
    {
        var due = simulation.Now + delay + simulation.Random.Between(LeastLatency, MostLatency);
        if (_lastDelivery.TryGetValue(link, out var last) && last > due) due = last;
        _lastDelivery[link] = due;
        Deliver(link, message, receiver, due - simulation.Now);
    }

    private void CarryLate((MemberId From, MemberId To) link, PeerMessage message, Station receiver) =>
        Deliver(link, message, receiver, simulation.Random.Between(LeastLatency, LongestDetour));

    private void Deliver((MemberId From, MemberId To) link, PeerMessage message, Station receiver, TimeSpan delay) =>
        receiver.Host.After(delay, () =>
        {
            if (IsCut(link.From, link.To) || !receiver.Hears(link.From)) return;
            receiver.Host.Trace(TraceKind.Delivery, _stations.TryGetValue(link.From, out var sender) ? sender.Number : 0);
            receiver.Inbox.Deliver(link.From, message, NoCredit.Instance);
        });

    private void TellLoss(MemberId to, MemberId peer)
    {
        if (_stations.TryGetValue(to, out var station)) station.Host.After(LeastLatency, () => station.Inbox.ConnectionLost(peer));
    }

    private sealed class Station(long number, PeerTransportOptions says, IPeerInbox inbox, Func<MemberId, bool> hears, SimulatedHost host, InvariantSet cluster)
    {
        private readonly Dictionary<Station, bool> _admitted = [];

        public string Name => Says.Name;

        public long Number => number;

        public PeerTransportOptions Says => says;

        public IPeerInbox Inbox => inbox;

        public Func<MemberId, bool> Hears => hears;

        public SimulatedHost Host => host;

        private InvariantSet Cluster => cluster;

        /// <summary>
        /// Whether a connection from the caller comes about: its hello and the answer are those of production, judged by production. Who is a peer is
        /// left to <see cref="Hears"/>, as it may change while a connection stands; the rest holds as long as both processes live.
        /// </summary>
        public bool Admits(Station caller)
        {
            if (_admitted.TryGetValue(caller, out var known)) return known;
            var answer = PeerGreeting.Judge(Says, PeerGreeting.Hello(caller.Says, Says.Self), _ => true);
            var isAdmitted = PeerGreeting.Objection(caller.Says, Says.Self, answer) is null;
            if (isAdmitted && caller.Cluster != Cluster)
                throw new BrokenPromiseException(nameof(ClustersStayApart), $"{caller.Name} went on alone, or {Name} did, and the one lets the other in");
            return _admitted[caller] = isAdmitted;
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
