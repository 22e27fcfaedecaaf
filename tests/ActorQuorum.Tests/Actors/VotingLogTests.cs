using ActorQuorum.Actors;
using ActorQuorum.Core.Voting;
using ActorQuorum.Tests.Transport;

namespace ActorQuorum.Tests.Actors;

/// <summary>What a node of the constant election writes of each thing that happens.</summary>
[Trait("Row", "QC-11")]
public sealed class VotingLogTests
{
    private static readonly VotingMember s_a = new(new(1), "A", "10.0.0.1", 8080, 1);
    private static readonly VotingMember s_b = new(new(2), "B", "10.0.0.2", 8081, 2);
    private static readonly VotingMember s_self = new(new(3), "node C", "10.0.0.3", 8082, 3);
    private static readonly FormationId s_formation = new(7, 0xABC);
    private static readonly FormationId s_younger = new(8, 0xDEF);

    private readonly ManualTime _time = new();
    private readonly RecordingLogger _lines = new();
    private readonly VotingLog _log;

    public VotingLogTests() => _log = new(_lines, s_self.Name, new(_time, TimeSpan.FromSeconds(10)));

    private static (VotingEvent Happened, string Line)[] Table =>
    [
        (new MasterSet(s_a, new(s_formation, 2)), "node C set A as new master, epoch 2@abc"),
        (new MasterSet(s_self, new(s_formation, 3)), "node C set node C as new master, epoch 3@abc"),
        (new MemberAdded(s_b, 2), "node C added B (10.0.0.2:8081) to connected by handshake, 2 nodes connected now"),
        (new MemberReturned(s_b, 3), "node C has B (10.0.0.2:8081) back, 3 nodes connected now"),
        (new MemberLost(s_b, TimeSpan.FromMilliseconds(803.2), 2, 1), "node C lost connection from B: no word for 803 ms; 2 live and 1 lost now"),
        (new MemberDispatched(s_b), "node C heard a goodbye: B dispatched"),
        (new MemberLeft(s_b, s_formation), "node C sees B go over to formation abc"),
        (new MemberRefused(s_b, RefusalReason.NameTaken, s_a), "node C did not let B (10.0.0.2:8081) in: the live node at 10.0.0.1:8080 bears that name"),
        (new MemberRefused(s_b, RefusalReason.Full, null), "node C did not let B (10.0.0.2:8081) in: there are as many members as there may be"),
        (new FormationJoined(FormationId.None, s_formation, s_a), "node C joins formation abc, whose master is A"),
        (new FormationJoined(s_younger, s_formation, s_a), "node C joins formation abc, whose master is A, and leaves def"),
        (new MajorityAwaited("1 live, 1 lost."), "node C waits for a majority, without a master: 1 live, 1 lost."),
    ];

    [Fact]
    public void Each_event_is_one_line_that_names_the_node_and_the_table_holds_them_all()
    {
        foreach (var (happened, line) in Table) WrittenOf(log => log.Write(happened)).ShouldBe([line]);
        typeof(VotingEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(VotingEvent))).Except(Table.Select(row => row.Happened.GetType()))
            .ShouldBeEmpty("each kind of event stands in the table");
    }

    [Fact]
    public void A_node_that_finds_no_room_says_that_of_itself() =>
        WrittenOf(log => log.Write(new MemberRefused(s_self, RefusalReason.Full, null))).ShouldBe(["node C is not let in: there are as many members as there may be"]);

    [Fact]
    public void A_change_of_role_and_the_end_are_lines_too()
    {
        WrittenOf(log => log.Write(new VotingRoleChange(VotingRole.None, VotingRole.Slave, s_a, new(s_formation, 2), "a master acts")))
            .ShouldBe(["node C None \u2192 Slave epoch 2@abc (a master acts)"]);
        WrittenOf(log => log.Write(new VotingStop(VotingStopReason.Dispatched, "It was asked to dispatch."))).ShouldBe(["node C has said goodbye"]);
        WrittenOf(log => log.Write(new VotingStop(VotingStopReason.MoreLostThanLive, "It dispatches because of that.")))
            .ShouldBe(["node C dispatches because of that."]);
        WrittenOf(log => log.Write(new VotingStop(VotingStopReason.NameTaken, "B refused it."))).ShouldBe(["node C stops: B refused it."]);
    }

    [Fact]
    public void Who_is_not_let_in_and_asks_again_and_again_is_a_line_in_a_period()
    {
        for (var i = 0; i < 5; i++)
        {
            _log.Write(new MemberRefused(s_b, RefusalReason.NameTaken, s_a));
            _log.Write(new MemberRefused(s_b with { Name = $"stranger {i}" }, RefusalReason.Full, null));
        }

        _lines.Warnings.Count.ShouldBe(2);
        _time.Advance(TimeSpan.FromSeconds(11));
        _log.Write(new MemberRefused(s_b, RefusalReason.NameTaken, s_a));
        _lines.Warnings.Count.ShouldBe(3);
    }

    private static string[] WrittenOf(Action<VotingLog> write)
    {
        var lines = new RecordingLogger();
        write(new(lines, s_self.Name, new(TimeProvider.System, TimeSpan.FromSeconds(10))));
        return [.. lines.Infos.Concat(lines.Warnings).Concat(lines.Errors).Select(line => line.Trim())];
    }
}
