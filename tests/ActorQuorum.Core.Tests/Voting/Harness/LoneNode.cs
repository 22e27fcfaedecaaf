using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting.Harness;

/// <summary>One core whose peers are spoken by hand: for orders of messages that no network of real nodes would give when a test needs them.</summary>
internal sealed class LoneNode(VotingOptions options)
{
    private readonly Dictionary<MemberId, long> _sequences = [];
    private readonly Dictionary<MemberId, TimeSpan> _lastSent = [];

    public VotingCore Core { get; } = new(options, VotingEpoch.None, TimeSpan.Zero);

    public TimeSpan Now { get; private set; }

    public List<VotingMessage> Sent { get; } = [];

    public List<VotingEvent> Events { get; } = [];

    public List<PersistEpoch> Persists { get; } = [];

    public List<MemberId> Disconnected { get; } = [];

    public VotingStop? Stop { get; private set; }

    public IEnumerable<Beat> Beats => Sent.OfType<Beat>();

    public static VotingMember Member(string name, ulong id, int port = 0, long? birthMs = null) =>
        new(new MemberId(id), name, $"10.0.0.{id}", port == 0 ? 8080 + (int)id : port, birthMs ?? 1000 * (long)id);

    public void Take(VotingInput input)
    {
        Core.Step(Now, input);
        var effects = Core.EndTurn();
        Sent.AddRange(effects.Messages);
        Events.AddRange(effects.Events);
        if (effects.Persist is { } persist) Persists.Add(persist);
        Disconnected.AddRange(effects.Disconnect);
        Stop ??= effects.Stop;
        foreach (var beat in effects.Messages.OfType<Beat>()) _lastSent[beat.To] = beat.SentAt;
        Core.BeginTurn();
    }

    /// <summary>A beat of an unbound node that echoes this node's last, changed as is asked.</summary>
    public void Hear(VotingMember from, Func<Beat, Beat>? change = null)
    {
        Take(new Met(from));
        var beat = new Beat(
            from.Id, Core.Self.Id, Next(from.Id), Now, _lastSent.GetValueOrDefault(from.Id), VotingEpoch.None, MemberId.None, Stance.None, default, from.Id,
            VotingMetric.EarliestBirth, 0, FormationId.None, 0, Standing.Ordinary, 0);
        Take(new Heard(change?.Invoke(beat) ?? beat));
    }

    public void HearRoster(VotingMember from, VotingEpoch epoch, Stance stance, Roster roster) =>
        Take(new Heard(new RosterTold(from.Id, Core.Self.Id, Next(from.Id), Now, epoch, stance, roster)));

    /// <summary>A roster of the first version, each member open since its beginning but for this node, whose last message counts.</summary>
    public Roster RosterOf(RosterStamp stamp, params VotingMember[] members) =>
        new(stamp, [.. members.OrderBy(member => member.Id).Select(member => new RosterEntry(member, member.Id == Core.Self.Id ? Core.Sent : 0))], []);

    /// <summary>Every disk write that was asked for is done.</summary>
    public void MakeDurable() => Take(new EpochDurable(Persists[^1].Sequence));

    /// <summary>A tick every 50 ms, and what <paramref name="each"/> says before it.</summary>
    public void Run(double seconds, Action? each = null)
    {
        var end = Now + TimeSpan.FromSeconds(seconds);
        while (Now < end && Stop is null)
        {
            Now += TimeSpan.FromMilliseconds(50);
            each?.Invoke();
            Take(VotingTick.Instance);
        }
    }

    /// <summary>Its process stands still: no tick, no message.</summary>
    public void Pause(double seconds) => Now += TimeSpan.FromSeconds(seconds);

    private long Next(MemberId id) => _sequences[id] = _sequences.GetValueOrDefault(id) + 1;
}
