using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>One damaged or forged message must not use up the counters of epochs.</summary>
[Trait("Row", "QC-14")]
public sealed class CounterTests
{
    private const long Poison = 1L << 60;
    private static readonly VotingMember Stranger = LoneNode.Member("X", 99);
    private readonly VotingWorld _world = new();

    [Fact]
    public void A_beat_with_an_absurd_counter_stops_no_later_election() =>
        ElectAfter(to => new Beat(
            Stranger.Id, to, 1, TimeSpan.FromSeconds(1), TimeSpan.Zero, VotingEpoch.None, MemberId.None, Stance.None, default, Stranger.Id,
            VotingMetric.EarliestBirth, Poison, FormationId.None, 0, Standing.Ordinary, 0));

    [Fact]
    public void A_roster_with_an_absurd_counter_stops_no_later_election() =>
        ElectAfter(to => new RosterTold(Stranger.Id, to, 1, TimeSpan.FromSeconds(1), new(new(1, 1), Poison), Stance.Acting, Roster.Empty));

    [Fact]
    public void A_goodbye_with_an_absurd_counter_stops_no_later_election() =>
        ElectAfter(to => new Goodbye(Stranger.Id, to, VotingEpoch.None, true, Poison));

    [Fact]
    public void A_counter_that_is_merely_far_ahead_is_believed()
    {
        var node = new LoneNode(new() { Self = LoneNode.Member("A", 1) });
        node.Hear(LoneNode.Member("B", 2), beat => beat with { Counter = 1_000_000_000 });
        node.Run(4, () => node.Hear(LoneNode.Member("B", 2), beat => beat with { Counter = 1_000_000_000, Vote = new MemberId(1) }));
        node.Persists.Last().Epoch.Counter.ShouldBe(1_000_000_001);
    }

    private void ElectAfter(Func<MemberId, VotingMessage> poison)
    {
        _world.StartMany(3);
        _world.RunUntil(() => IsAgreed("A", 3), 5, "three agree");
        foreach (var station in _world.Running)
        {
            station.Take(new Met(Stranger));
            station.Take(new Heard(poison(station.Self.Id)));
        }

        _world.RunFor(1);
        _world["A"].Crash();
        _world.RunUntil(() => IsAgreed("B", 2), 5, "B follows A");
        _world["B"].Core.ActingEpoch.Counter.ShouldBeLessThan(100);
    }

    private bool IsAgreed(string master, int live) =>
        _world[master].IsActing && _world.Running.Count() == live && _world.Running.All(station => station.Master == master);
}
