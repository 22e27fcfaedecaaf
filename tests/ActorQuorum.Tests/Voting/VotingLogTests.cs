using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Tests.Transport;
using ActorQuorum.Voting;

namespace ActorQuorum.Tests.Voting;

[Trait("Row", "QC-11")]
public sealed class VotingLogTests
{
    private static readonly VotingMember A = new(new MemberId(1), "A", "10.0.0.1", 8080, 1);
    private static readonly VotingMember B = new(new MemberId(2), "B", "10.0.0.2", 8081, 2);
    private static readonly FormationId Formation = new(1, 0xf0);

    private readonly RecordingLogger _log = new();

    public static TheoryData<string, string> Lines => new()
    {
        { nameof(MasterSet), "C set A as new master, epoch 7@f0" },
        { nameof(MemberAdded), "C added B (10.0.0.2:8081) to connected by handshake, 2 nodes connected now" },
        { nameof(MemberReturned), "C has B (10.0.0.2:8081) back, 3 nodes connected now" },
        { nameof(MemberLost), "C lost connection from B: no word for 800 ms; 2 live and 1 lost now" },
        { nameof(MemberDispatched), "C heard a goodbye: B dispatched" },
        { nameof(MemberLeft), "C sees B go over to formation f0" },
        { nameof(MemberRefused), "C did not let B (10.0.0.2:8081) in: the live node at 10.0.0.1:8080 bears that name" },
        { nameof(FormationJoined), "C met an elder formation and joins it: f0, whose master is A" },
        { nameof(MajorityAwaited), "C waits for a majority, without a master: 2 of 4 are lost" },
    };

    private static VotingEvent[] Events =>
    [
        new MasterSet(A, new(Formation, 7)), new MemberAdded(B, 2), new MemberReturned(B, 3), new MemberLost(B, TimeSpan.FromMilliseconds(800), 2, 1),
        new MemberDispatched(B), new MemberLeft(B, Formation), new MemberRefused(B, RefusalReason.NameTaken, A), new FormationJoined(FormationId.None, Formation, A),
        new MajorityAwaited("2 of 4 are lost"),
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Each_event_has_a_line_that_names_who_says_it(string kind, string line)
    {
        new VotingLog(_log, "C").Write(Events.Single(happened => happened.GetType().Name == kind));
        _log.Infos.Concat(_log.Warnings).ShouldHaveSingleItem().Trim().ShouldBe(line);
    }

    [Fact]
    public void Every_kind_of_event_has_words() =>
        Events.Select(happened => happened.GetType()).ShouldBe(
            typeof(VotingEvent).Assembly.GetTypes().Where(type => type.BaseType == typeof(VotingEvent)), ignoreOrder: true);

    [Fact]
    public void A_change_of_role_says_why()
    {
        new VotingLog(_log, "C").Write(new Core.Voting.VotingRoleChange(
            Core.Voting.VotingRole.Master, Core.Voting.VotingRole.None, null, new(Formation, 7), "hears less than a majority"));
        _log.Infos.ShouldHaveSingleItem().Trim().ShouldBe("C Master → None epoch 7@f0 (hears less than a majority)");
    }
}
