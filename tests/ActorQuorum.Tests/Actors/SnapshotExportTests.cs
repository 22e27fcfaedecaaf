using ActorQuorum.Actors;

namespace ActorQuorum.Tests.Actors;

/// <summary>Snapshots to take away: shared, bounded in number, time and place.</summary>
[Trait("Row", "RP-8")]
public sealed class SnapshotExportTests : IDisposable
{
    private const int MostCallers = 16;
    private readonly SnapshotActorRig _rig = new(reserveBytes: 1000);

    [Fact]
    public void All_who_wait_share_one_snapshot_that_begins_after_they_asked()
    {
        var callers = Ask(3);
        _rig.Storage.Messages.ShouldContain(SnapshotWanted.Instance);
        _rig.Take(9);
        foreach (var caller in callers) caller.Export!.Head.Index.ShouldBe(9);
        _rig.Files.ShouldHaveSingleItem();
    }

    [Fact]
    public void One_who_asks_while_a_snapshot_is_written_gets_the_next()
    {
        var first = Ask();
        _rig.HoldLane();
        _rig.Take(9);
        var late = Ask();
        _rig.LetLaneGo();
        first.Export.ShouldNotBeNull();
        late.Export.ShouldBeNull("what was written began before it asked");
        _rig.Take(12);
        late.Export!.Head.Index.ShouldBe(12);
    }

    [Fact]
    public void Past_a_number_of_callers_the_next_is_refused_until_one_is_done()
    {
        var reading = Ask(5);
        _rig.HoldLane();
        _rig.Take(9);
        var waiting = Ask(MostCallers - 5);
        var refused = Ask();
        refused.Error.ShouldBe(QuorumError.Overloaded);
        refused.Why!.ShouldContain("overloaded: 16 callers wait for a snapshot of n1 or read one");
        _rig.LetLaneGo();
        Ask().Error.ShouldBe(QuorumError.Overloaded, "who reads counts as well");

        reading[0].Export!.Dispose();
        _rig.Tell(SnapshotTick.Instance);
        Ask().Error.ShouldBeNull();
        Ask().Error.ShouldBe(QuorumError.Overloaded);
        _rig.Tell(new ForgetExport(waiting[0].Request));
        Ask().Error.ShouldBeNull("one gave its place back");
    }

    [Fact]
    public void Who_gives_up_gives_back_its_place_at_once_also_while_the_snapshot_is_written()
    {
        var callers = Ask(MostCallers);
        _rig.HoldLane();
        _rig.Take(9);
        _rig.Tell(new ForgetExport(callers[3].Request));
        Ask().Error.ShouldBeNull();
        Ask().Error.ShouldBe(QuorumError.Overloaded);
        _rig.LetLaneGo();
        callers[3].Export.ShouldBeNull("nobody would dispose of it");
        callers[4].Export.ShouldNotBeNull();
    }

    [Fact]
    public void Callers_keep_no_more_than_two_snapshots_on_the_disk()
    {
        var first = Ask();
        _rig.Take(9);
        var second = Ask();
        _rig.Take(10);
        _rig.Take(11);
        _rig.Files.Count.ShouldBe(3, "two that are read, and the newest");
        var refused = Ask();
        refused.Error.ShouldBe(QuorumError.Overloaded);
        refused.Why!.ShouldContain("2 snapshots of n1 are being read");
        first.Export!.Dispose();
        _rig.Tell(SnapshotTick.Instance);
        _rig.Files.Count.ShouldBe(2);
        Ask(3).ShouldAllBe(caller => caller.Error == null);
        _rig.Take(12);
        Ask().Error.ShouldBe(QuorumError.Overloaded, "those three read the second one");
        second.Export!.Dispose();
        _rig.Tell(SnapshotTick.Instance);
        Ask().Error.ShouldBeNull();
    }

    [Fact]
    public void One_that_is_being_written_for_a_caller_counts_among_them()
    {
        Ask();
        _rig.Take(9);
        Ask();
        _rig.HoldLane();
        _rig.Take(10);
        Ask().Error.ShouldBe(QuorumError.Overloaded);
    }

    [Fact]
    public void A_superseded_snapshot_goes_from_its_readers_once_the_disk_has_no_room_for_the_next()
    {
        var slow = Ask();
        _rig.Take(9);
        _rig.Take(10);
        slow.Export!.CutOff.IsCancellationRequested.ShouldBeFalse("there is room for both");
        _rig.Disk.CapacityBytes = _rig.Disk.UsedBytes + 2000;
        _rig.Take(11);
        slow.Export.CutOff.IsCancellationRequested.ShouldBeTrue();
        Should.Throw<QuorumException>(() => slow.Export.Read(0, new byte[8])).Error.ShouldBe(QuorumError.DiskNearlyFull);
        _rig.Log.Warnings.ShouldContain(line => line.Contains("ends a caller's reading of its snapshot up to entry 9", StringComparison.Ordinal));
        slow.Export.Dispose();
        _rig.Tell(SnapshotTick.Instance);
        _rig.Files.Count.ShouldBe(1, "its file is gone");
    }

    [Fact]
    public void A_superseded_snapshot_goes_from_its_readers_once_the_log_lacks_its_reserve()
    {
        var slow = Ask();
        _rig.Take(9);
        _rig.Disk.CapacityBytes = _rig.Disk.UsedBytes + 999;
        _rig.Pass(TimeSpan.FromSeconds(2));
        slow.Export!.CutOff.IsCancellationRequested.ShouldBeFalse("it is the newest: it stays in any case");
        _rig.Disk.CapacityBytes = long.MaxValue;
        _rig.Take(10);
        _rig.Disk.CapacityBytes = _rig.Disk.UsedBytes + 1000;
        _rig.Pass(TimeSpan.FromSeconds(2));
        slow.Export.CutOff.IsCancellationRequested.ShouldBeFalse("the reserve is there");
        _rig.Disk.CapacityBytes--;
        _rig.Context.AreSnapshotsBusy.ShouldBeTrue("or no tick would come");
        _rig.Pass(TimeSpan.FromSeconds(2));
        slow.Export.CutOff.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void A_node_that_has_nothing_to_give_says_so_after_a_while()
    {
        var caller = Ask();
        _rig.Context.AreSnapshotsBusy.ShouldBeTrue("or no tick would come");
        _rig.Pass(TimeSpan.FromSeconds(9));
        caller.Error.ShouldBeNull();
        _rig.Pass(TimeSpan.FromSeconds(2));
        caller.Error.ShouldBe(QuorumError.TimedOut);
        caller.Why!.ShouldContain("n1 has applied nothing yet");
        _rig.Context.AreSnapshotsBusy.ShouldBeFalse();
    }

    [Fact]
    public void Nobody_is_sent_away_while_a_snapshot_is_written_however_long_that_takes()
    {
        var first = Ask();
        _rig.HoldLane();
        _rig.Take(9);
        var next = Ask();
        _rig.Pass(TimeSpan.FromSeconds(30));
        _rig.LetLaneGo();
        first.Export.ShouldNotBeNull();
        _rig.Pass(TimeSpan.FromSeconds(9));
        _rig.Take(10);
        next.Export.ShouldNotBeNull();
    }

    [Fact]
    public void A_full_disk_is_told_to_those_who_wait()
    {
        var caller = Ask();
        _rig.Disk.CapacityBytes = 0;
        _rig.Take(9);
        caller.Error.ShouldBe(QuorumError.DiskNearlyFull);
        caller.Why!.ShouldContain("beside the 1000 bytes that stay free for the log");
    }

    public void Dispose() => _rig.Dispose();

    private Caller Ask()
    {
        var caller = new Caller();
        _rig.Tell(new ExportSnapshot(caller.Request));
        return caller;
    }

    private Caller[] Ask(int count) => [.. Enumerable.Range(0, count).Select(_ => Ask())];

    /// <summary>Somebody who wants a snapshot.</summary>
    private sealed class Caller
    {
        public Caller() => Request = new(export => Export = export, (error, why) => (Error, Why) = (error, why));

        public ExportRequest Request { get; }

        public SnapshotExport? Export { get; private set; }

        public QuorumError? Error { get; private set; }

        public string? Why { get; private set; }
    }
}
