using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;
using ActorQuorum.Tests.Transport;

namespace ActorQuorum.Tests.Actors;

/// <summary>What a leader makes of what it hears, and does not hear, of the others' processors.</summary>
[Trait("Row", "CO-2")]
public sealed class ProcessorCensusTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);
    private static readonly MemberId Two = new(2);
    private static readonly MemberId Three = new(3);

    private readonly List<(MemberId To, long Number)> _asked = [];
    private readonly HashSet<MemberId> _unreachable = [];
    private readonly RecordingLogger _logger = new();
    private ProcessorCensus _census;
    private TimeSpan _now;

    public ProcessorCensusTests() => _census = Of("a", "b");

    [Fact]
    public void A_leader_that_has_just_begun_waits_for_the_word_of_all_it_can_reach()
    {
        Begin();
        Verdict("a").ShouldBe("waits");
        Tell(Two, "a", "b");
        Verdict("a").ShouldBe("waits");
        Tell(Three, "a");
        Verdict("a").ShouldBe("admitted");
        Verdict("b").ShouldBe("n3 runs a build without processor 'b': roll the build out there first");
    }

    [Fact]
    public void What_the_leader_lacks_it_refuses_whatever_the_others_have()
    {
        Begin();
        Verdict("c").ShouldBe("there is no processor 'c' on n1, which leads: add it on every member before it is asked for");
    }

    [Fact]
    public void A_member_that_cannot_be_sent_to_holds_up_nobody()
    {
        _unreachable.Add(Three);
        Begin();
        Tell(Two, "a");
        Verdict("a").ShouldBe("admitted");
    }

    [Fact]
    public void A_member_that_is_never_heard_holds_up_nobody_beyond_an_election_timeout()
    {
        Begin();
        Tell(Two, "a");
        PassHearing(Silence - Moment, Two);
        Verdict("a").ShouldBe("waits");
        PassHearing(Moment, Two);
        Verdict("a").ShouldBe("admitted");
    }

    [Fact]
    public void A_member_without_the_processor_that_falls_silent_holds_up_nobody_and_is_asked_anew_when_it_is_heard()
    {
        BeginTold();
        PassHearing(Silence, Two);
        Verdict("b").ShouldBe("admitted");

        var before = NumberOf(Three);
        _census.Heard(Three, _now);
        Verdict("b").ShouldBe("waits");
        _census.Told(Three, before, ["a", "b"]).ShouldBeFalse("the process that said so may have ended");
        Verdict("b").ShouldBe("waits");
        Tell(Three, "a", "b");
        Verdict("b").ShouldBe("admitted");
    }

    [Fact]
    public void What_a_member_said_is_void_once_its_connection_was_lost()
    {
        BeginTold();
        var before = NumberOf(Two);
        _census.Lost(Two, _now);
        Verdict("a").ShouldBe("waits");
        _census.Told(Two, before, ["a", "b"]).ShouldBeFalse("it is the word of the process before");
        Tell(Two, "b");
        Verdict("a").ShouldBe("n2 runs a build without processor 'a': roll the build out there first");

        _unreachable.Add(Two);
        _census.Lost(Two, _now);
        Verdict("a").ShouldBe("admitted", "it is down");
    }

    [Fact]
    public void A_member_whose_connections_come_and_go_without_a_word_holds_up_nobody_for_long()
    {
        BeginTold();
        for (var i = 0; i < 3; i++)
        {
            PassHearing(Silence / 3, Two);
            _census.Lost(Three, _now);
        }

        Verdict("a").ShouldBe("admitted");
    }

    [Fact]
    public void Who_is_heard_and_owes_its_answer_too_long_counts_as_one_that_lacks_all()
    {
        Begin();
        Tell(Two, "a", "b");
        PassHearing(Silence - Moment, Two, Three);
        Verdict("a").ShouldBe("waits");
        PassHearing(Moment + Moment, Two, Three);
        Verdict("a").ShouldStartWith("whether n3 could apply processor 'a' is not known");

        Tell(Three, "a");
        Verdict("a").ShouldBe("admitted");
    }

    [Fact]
    public void Who_is_heard_late_has_as_long_to_answer_as_any()
    {
        Begin();
        Tell(Two, "a");
        PassHearing(Silence - Moment - Moment, Two);
        PassHearing(Silence - Moment, Two, Three);
        Verdict("a").ShouldBe("waits");
    }

    [Fact]
    public void A_question_is_repeated_until_it_is_answered_and_now_and_then_for_ever()
    {
        Begin();
        Tell(Two, "a", "b");
        _asked.Clear();
        PassHearing(Silence, Two, Three);
        _asked.Count(asked => asked.To == Three).ShouldBeInRange(3, 4);
        _asked.Where(asked => asked.To == Three).Select(asked => asked.Number).Distinct().ShouldHaveSingleItem("all answers to a question are good");
        _asked.Clear();
        PassHearing(2 * ProcessorCensus.RepeatPeriod, Two, Three);
        _asked.Count(asked => asked.To == Two).ShouldBe(2);
        _asked.Count(asked => asked.To == Three).ShouldBe(2, "one that answers nothing is no load");
    }

    [Fact]
    public void What_a_restart_changed_unseen_is_known_with_the_next_answer()
    {
        BeginTold();
        Tell(Two, "a").ShouldBeTrue();
        Verdict("b").ShouldBe("n2 and n3 run a build without processor 'b': roll the build out there first");
        Tell(Two, "a").ShouldBeFalse("it is no news");
    }

    [Fact]
    public void A_newcomer_counts_once_it_is_heard()
    {
        BeginTold();
        var four = new MemberId(4);
        _census.Heard(four, _now);
        Verdict("a").ShouldBe("waits");
        Tell(four, "x");
        Verdict("a").ShouldBe("n4 runs a build without processor 'a': roll the build out there first");
    }

    [Fact]
    public void A_new_term_of_the_same_leader_begins_anew()
    {
        BeginTold();
        var before = NumberOf(Two);
        Begin();
        Verdict("a").ShouldBe("waits");
        _census.Told(Two, before, ["a", "b"]).ShouldBeFalse();
    }

    [Fact]
    public void Where_there_is_no_processor_nobody_is_asked()
    {
        _census = Of();
        Begin();
        _census.Heard(Two, _now);
        _census.Lost(Two, _now);
        _asked.ShouldBeEmpty();
    }

    [Fact]
    public void Of_many_members_that_lack_a_processor_a_few_are_named()
    {
        Begin();
        for (var id = 2UL; id < 100; id++)
        {
            _census.Heard(new(id), _now);
            Tell(new(id), "b");
        }

        Verdict("a").ShouldBe("n10, n11, n12, n13, n14, n15, n16 and 91 more run a build without processor 'a': roll the build out there first");
    }

    [Fact]
    public void A_build_that_was_forgotten_on_a_member_is_said_once()
    {
        BeginTold();
        Tell(Three, "a");
        _logger.Warnings.ShouldHaveSingleItem().TrimEnd().ShouldBe(
            "n1 leads, and n3 runs a build without the processors b: commands for them are refused while it is heard");
    }

    private ProcessorCensus Of(params string[] own) => new([.. own], Silence, Ask, 100, new(_logger, "n1", id => $"n{id.Value}"));

    private bool Ask(MemberId to, long number)
    {
        _asked.Add((to, number));
        return !_unreachable.Contains(to);
    }

    private void Begin() => _census.Begin([Two, Three], _now);

    /// <summary>n2 has both processors, n3 has the first.</summary>
    private void BeginTold()
    {
        Begin();
        _census.Heard(Two, _now);
        _census.Heard(Three, _now);
        Tell(Two, "a", "b");
        Tell(Three, "a");
    }

    private bool Tell(MemberId member, params string[] names) => _census.Told(member, NumberOf(member), [.. names]);

    private long NumberOf(MemberId member) => _asked.Last(asked => asked.To == member).Number;

    private void PassHearing(TimeSpan time, params MemberId[] heard)
    {
        for (var until = _now + time; _now < until;)
        {
            _now += Moment;
            foreach (var member in heard) _census.Heard(member, _now);
        }
    }

    private string Verdict(string processor) => _census.Admits(processor, _now, out var objection) ? "admitted" : objection ?? "waits";
}
