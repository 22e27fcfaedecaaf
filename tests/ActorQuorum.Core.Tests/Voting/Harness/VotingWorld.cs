using System.Globalization;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting.Harness;

/// <summary>
/// Cores of the constant election in virtual time, with a network that can be cut. After every step no two nodes may act as master in one formation,
/// and no epoch may ever be acted in by two.
/// </summary>
internal sealed class VotingWorld(ulong seed = 1)
{
    private const long EpochMs = 1_700_000_000_000;
    private static readonly TimeSpan s_broadcastPause = TimeSpan.FromSeconds(1);
    private readonly PriorityQueue<Action, (TimeSpan Due, long Sequence)> _events = new();
    private readonly SortedDictionary<(FormationId, long), string> _masters = [];
    private long _sequence;

    public SplitMix64 Random { get; } = new(seed);

    public TimeSpan Now { get; private set; }

    public List<VotingStation> Stations { get; } = [];

    public HashSet<(string From, string To)> Cuts { get; } = [];

    public TimeSpan LeastLatency { get; set; } = TimeSpan.FromMilliseconds(1);

    public TimeSpan MostLatency { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Of a thousand datagrams, how many are lost.</summary>
    public int LostDatagrams { get; set; }

    public List<string> Log { get; } = [];

    public IEnumerable<VotingStation> Running => Stations.Where(station => station.IsRunning);

    /// <summary>The nodes that act as master at this moment.</summary>
    public VotingStation[] Masters => [.. Running.Where(station => station.IsActing)];

    public VotingStation this[string name] => Stations.Last(station => station.Name == name);

    /// <summary>Starts a node; of a node that ran before, its disk is kept.</summary>
    public VotingStation Start(string name, int port = 8080, string? host = null, Func<VotingOptions, VotingOptions>? configure = null, double rate = 1)
    {
        var former = Stations.LastOrDefault(station => station.Name == name && (host is null || station.Self.Host == host));
        var birthMs = EpochMs + (long)Now.TotalMilliseconds;
        host ??= former?.Self.Host ?? $"10.0.0.{Stations.Count + 1}";
        var self = new VotingMember(VotingMember.IdOf(name, host, port, birthMs, Random.Next()), name, host, port, birthMs);
        var options = new VotingOptions { Self = self, Seed = Random.Next() };
        if (configure is not null) options = configure(options);
        var station = new VotingStation(this, options, former?.Disk ?? VotingEpoch.None, rate);
        Stations.Add(station);
        Broadcast(station);
        station.Begin();
        return station;
    }

    public VotingStation[] StartMany(int count, TimeSpan apart = default)
    {
        var stations = new VotingStation[count];
        for (var i = 0; i < count; i++)
        {
            stations[i] = Start(((char)('A' + i)).ToString(), 8080 + i);
            if (apart > TimeSpan.Zero) RunFor(apart);
        }

        return stations;
    }

    public void Cut(IEnumerable<string> one, IEnumerable<string> other)
    {
        foreach (var a in one)
        {
            foreach (var b in other)
            {
                Cuts.Add((a, b));
                Cuts.Add((b, a));
            }
        }
    }

    public void Heal() => Cuts.Clear();

    public bool IsCut(string from, string to) => Cuts.Contains((from, to));

    public void After(TimeSpan delay, Action happening) => _events.Enqueue(happening, (Now + delay, _sequence++));

    public void RunFor(double seconds) => RunFor(TimeSpan.FromSeconds(seconds));

    public void RunFor(TimeSpan duration) => RunUntil(static () => false, duration);

    /// <summary>Runs until the condition holds; how long that took.</summary>
    public TimeSpan RunUntil(Func<bool> isReached, double withinSeconds, string what)
    {
        var from = Now;
        if (!RunUntil(isReached, TimeSpan.FromSeconds(withinSeconds)))
            throw new TimeoutException($"not within {withinSeconds} s: {what}\n{this}\n{string.Join('\n', Log.TakeLast(60))}");
        return Now - from;
    }

    public void Note(string text) => Log.Add(string.Create(CultureInfo.InvariantCulture, $"{Now.TotalMilliseconds,10:F1} {text}"));

    public override string ToString() => string.Join('\n', Stations.Select(station => station.ToString()));

    /// <summary>Safety, after every step.</summary>
    public void Check(VotingStation station)
    {
        if (!station.IsActing) return;
        var epoch = station.Core.ActingEpoch;
        if (station.Core.DurableEpoch.Counter < epoch.Counter) throw new InvalidOperationException($"{station.Name} acts in {epoch}, which is not durable\n{Story}");
        if (!_masters.TryAdd((epoch.Formation, epoch.Counter), station.Name + station.Self.Id) && _masters[(epoch.Formation, epoch.Counter)] != station.Name + station.Self.Id)
            throw new InvalidOperationException($"epoch {epoch} has two masters\n{Story}");
        foreach (var other in Running)
        {
            if (other != station && other.IsActing && other.Core.ActingEpoch.Formation == epoch.Formation)
                throw new InvalidOperationException($"{station.Name} and {other.Name} act at once in {epoch.Formation}\n{Story}");
        }
    }

    private string Story => $"{this}\n{string.Join('\n', Log.TakeLast(150))}";

    private bool RunUntil(Func<bool> isReached, TimeSpan within)
    {
        var deadline = Now + within;
        while (!isReached())
        {
            if (!_events.TryPeek(out _, out var next) || next.Due > deadline)
            {
                Now = deadline;
                return isReached();
            }

            var happening = _events.Dequeue();
            Now = next.Due;
            happening();
        }

        return true;
    }

    private void Broadcast(VotingStation from)
    {
        if (!from.IsRunning) return;
        foreach (var to in Running.ToArray())
        {
            if (to == from || IsCut(from.Name, to.Name) || Random.Below(1000) < LostDatagrams) continue;
            After(Random.Between(LeastLatency, MostLatency), () => to.Take(new Met(from.Self)));
        }

        After(s_broadcastPause, () => Broadcast(from));
    }
}
