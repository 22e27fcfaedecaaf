using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>What a majority holds nobody waits for: whoever lacks it gets it at a bounded rate, beside the writes that clients wait for.</summary>
[Trait("Row", "CO-9")]
public sealed class CatchUpTests
{
    private const int PayloadBytes = 968;
    private const int EntryBytes = Entry.OverheadBytes + PayloadBytes;
    private const int PieceEntries = 4;

    /// <summary>40 kB a second: four entries at once after a pause.</summary>
    private const int RateBytes = 40 * EntryBytes;

    private readonly CoreCluster _cluster = CoreCluster.Of(3, Bounded);
    private readonly List<(TimeSpan At, AppendEntries Append)> _sentToLast = [];
    private int _proposed;

    [Fact]
    public void A_backlog_goes_in_pieces_at_the_rate_that_is_allowed()
    {
        var leader = WithBacklog(400);
        var began = _cluster.Now;
        _cluster.RunUntil(() => HasAll(3));
        var seconds = (_cluster.Now - began).TotalSeconds;
        seconds.ShouldBeInRange(9, 11, "400 entries at 40 a second");
        foreach (var (at, append) in _sentToLast)
        {
            append.Entries.Length.ShouldBeLessThanOrEqualTo(PieceEntries);
            SentSince(at, TimeSpan.FromSeconds(1)).ShouldBeLessThanOrEqualTo(RateBytes + (RateBytes / 10) + (PieceEntries * EntryBytes), $"from {at} on");
        }

        leader.Role.ShouldBe(Role.Leader);
    }

    [Fact]
    public void What_clients_wait_for_goes_at_once_while_a_backlog_waits()
    {
        var leader = WithBacklog(400);
        _cluster.Run(TimeSpan.FromSeconds(1));
        HasAll(3).ShouldBeFalse();
        for (var write = 0; write < 20; write++)
        {
            Propose(leader, 10);
            _cluster.Settle();
            leader.CommitIndex.ShouldBe(leader.Core.Log.LastIndex, "in the turn itself, by the second member");
        }
    }

    [Fact]
    public void A_member_without_which_nothing_is_committed_gets_all_at_once()
    {
        var leader = WithBacklog(400);
        _cluster.Isolate(_cluster[2]);
        Propose(leader, 1);
        _cluster.RunUntil(() => leader.CommitIndex == leader.Core.Log.LastIndex, CoreCluster.Timeout * 2);
        HasAll(3).ShouldBeTrue();
    }

    [Fact]
    public void Of_two_members_that_are_both_behind_neither_is_left_to_the_other()
    {
        var cluster = CoreCluster.Of(5, Bounded);
        var leader = cluster.Elect(1);
        cluster.Isolate(cluster[3]);
        cluster.Isolate(cluster[4]);
        Propose(leader, 400);
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster.Isolate(cluster[5]);
        cluster.Rejoin(cluster[3]);
        cluster.Rejoin(cluster[4]);
        Propose(leader, 1);
        cluster.RunUntil(() => leader.CommitIndex == leader.Core.Log.LastIndex, CoreCluster.Timeout * 4);
    }

    [Fact]
    public void A_learner_is_never_waited_for()
    {
        var leader = WithBacklog(0);
        Propose(leader, 400);
        _cluster.Settle();
        leader.Change(1, Changes.Learn(4));
        var learner = _cluster.Join();
        var began = _cluster.Now;
        _cluster.RunUntil(() => HasAll(4));
        (_cluster.Now - began).TotalSeconds.ShouldBeGreaterThan(9);
        learner.Core.Membership.Find(learner.Id)!.IsLearner.ShouldBeTrue();
    }

    [Fact]
    public void A_backlog_that_grows_faster_than_the_rate_is_caught_up_with_all_the_same()
    {
        var leader = WithBacklog(400);
        for (var tick = 0; tick < 1000 && !HasAll(3); tick++)
        {
            Propose(leader, 2);
            _cluster.Run(CoreCluster.TickTime);
        }

        HasAll(3).ShouldBeTrue("200 entries a second are written, and 40 a second may be sent by the rate alone");
    }

    [Fact]
    public void A_member_in_step_is_not_held_to_the_rate()
    {
        var leader = _cluster.Elect(1);
        Propose(leader, 1000);
        _cluster.Settle();
        HasAll(2).ShouldBeTrue();
        HasAll(3).ShouldBeTrue();
    }

    private static RaftOptions Bounded(RaftOptions options) =>
        options with { CatchUpRateBytes = RateBytes, CatchUpPieceBytes = PieceEntries * EntryBytes };

    /// <summary>A cluster of three whose last member was away while the others committed so many entries, and has just come back.</summary>
    private CoreNode WithBacklog(int entries)
    {
        var leader = _cluster.Elect(1);
        _cluster.Isolate(_cluster[3]);
        Propose(leader, entries);
        _cluster.Run(TimeSpan.FromSeconds(1));
        leader.Turn(new Unreachable(_cluster[3].Id));
        _cluster.WatchSent = (_, message) =>
        {
            if (message is AppendEntries { Entries.IsEmpty: false } append && append.To == _cluster[3].Id) _sentToLast.Add((_cluster.Now, append));
        };
        _cluster.Rejoin(_cluster[3]);
        return leader;
    }

    private void Propose(CoreNode leader, int entries)
    {
        for (var entry = 0; entry < entries; entry++) leader.Turn(new Propose(++_proposed, new byte[PayloadBytes]));
    }

    private bool HasAll(int number) => _cluster[number].DurableIndex == _cluster[1].Core.Log.LastIndex;

    private long SentSince(TimeSpan from, TimeSpan span) =>
        _sentToLast.Where(sent => sent.At >= from && sent.At < from + span).Sum(sent => sent.Append.Entries.Sum(entry => (long)entry.SizeBytes));
}
