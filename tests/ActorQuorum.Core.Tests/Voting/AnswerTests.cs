using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>A peer is live once it is heard and hears: a beat that echoes nothing answers nothing.</summary>
[Trait("Row", "QC-7")]
public sealed class AnswerTests
{
    private static readonly VotingMember A = new(new MemberId(1), "A", "a", 1, 1000);
    private static readonly VotingMember B = new(new MemberId(2), "B", "b", 2, 2000);

    private readonly VotingCore _core = new(new() { Self = B }, VotingEpoch.None, TimeSpan.Zero);
    private readonly List<VotingEvent> _events = [];
    private TimeSpan _lastSent;
    private VotingStop? _stop;
    private long _sequence;

    [Fact]
    public void A_fresh_node_counts_nobody_that_has_not_answered_it()
    {
        Step(400, new Met(A));
        for (var ms = 450; ms < 1500; ms += 50)
        {
            Step(ms, Beat(echoed: TimeSpan.Zero));
            Step(ms, VotingTick.Instance);
        }

        _events.ShouldBeEmpty();
        _stop.ShouldBeNull();
    }

    [Fact]
    public void It_counts_who_has()
    {
        Step(400, new Met(A));
        Step(450, Beat(echoed: TimeSpan.Zero));
        _lastSent.ShouldBeGreaterThan(TimeSpan.Zero);
        Step(500, Beat(echoed: _lastSent));
        _events.ShouldBe([new MemberAdded(A, 2)]);
    }

    [Fact]
    public void Its_own_pause_makes_nobody_live_that_does_not_hear_it()
    {
        var node = new LoneNode(new() { Self = B, OnMinority = OnMinority.Wait });
        node.Hear(A, Unanswering);
        node.Hear(A);
        var echoed = TimeSpan.Zero;
        node.Run(0.1, () => node.Hear(A, beat => beat with { EchoedAt = echoed = beat.EchoedAt }));
        node.Run(2, () => node.Hear(A, beat => beat with { EchoedAt = echoed }));
        node.Events.OfType<MemberLost>().Count().ShouldBe(1);

        node.Pause(1);
        node.Hear(A, beat => beat with { EchoedAt = echoed });
        node.Run(0.5, () => node.Hear(A, beat => beat with { EchoedAt = echoed }));
        node.Events.ShouldNotContain(happened => happened is MemberReturned);

        static Beat Unanswering(Beat beat) => beat with { EchoedAt = TimeSpan.Zero };
    }

    private Heard Beat(TimeSpan echoed) => new(new Beat(
        A.Id, B.Id, ++_sequence, TimeSpan.FromSeconds(50), echoed, VotingEpoch.None, MemberId.None, Stance.None, default, A.Id, VotingMetric.EarliestBirth, 0,
        FormationId.None, 0, Standing.Ordinary, A.Id.Value));

    private void Step(int ms, VotingInput input)
    {
        _core.Step(TimeSpan.FromMilliseconds(ms), input);
        var effects = _core.EndTurn();
        _events.AddRange(effects.Events);
        _stop ??= effects.Stop;
        if (effects.Messages.OfType<Beat>().LastOrDefault() is { } sent) _lastSent = sent.SentAt;
        _core.BeginTurn();
    }
}
