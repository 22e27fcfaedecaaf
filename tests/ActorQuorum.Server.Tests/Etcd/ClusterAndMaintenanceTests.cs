using ActorQuorum.Core.Raft;
using ActorQuorum.Server.Etcd.Wire;
using Member = ActorQuorum.Server.Etcd.Wire.Member;

namespace ActorQuorum.Server.Tests.Etcd;

public sealed class ClusterAndMaintenanceTests
{
    [Fact]
    public async Task Members_are_listed_with_their_urls()
    {
        await using var door = await Door.OpenAsync();
        var response = (await door.Client.CallAsync(Door.MemberList, new MemberListRequest())).Read(MemberListResponse.Parser);
        response.Header.MemberId.ShouldBe(0xA1UL);
        response.Members.ShouldBe(
        [
            new Member { ID = 0xA1, Name = "n1", PeerURLs = { "http://127.0.0.1:7101" }, ClientURLs = { "http://127.0.0.1:2391" } },
            new Member { ID = 0xB2, Name = "n2", PeerURLs = { "http://127.0.0.1:7102" }, ClientURLs = { "http://127.0.0.1:2392" } },
        ]);
        door.Node.LastConsistency.ShouldBeNull();
    }

    [Fact]
    public async Task A_linearizable_member_list_asks_the_quorum()
    {
        await using var door = await Door.OpenAsync();
        (await door.Client.CallAsync(Door.MemberList, new MemberListRequest { Linearizable = true })).Code.ShouldBe(0);
        door.Node.LastConsistency.ShouldBe(Consistency.Linearizable);

        door.Node.Failure = new QuorumException(QuorumError.NoLeader, "nobody leads");
        (await door.Client.CallAsync(Door.MemberList, new MemberListRequest { Linearizable = true })).Code.ShouldBe(14);
        (await door.Client.CallAsync(Door.MemberList, new MemberListRequest())).Code.ShouldBe(0);
    }

    [Fact]
    public async Task The_status_tells_how_the_node_is()
    {
        await using var door = await Door.OpenAsync();
        var status = (await door.Client.CallAsync(Door.Status, new StatusRequest())).Read(StatusResponse.Parser);
        status.Header = null;
        status.ShouldBe(new StatusResponse
        {
            Version = "3.5.0", DbSize = 12_345, DbSizeInUse = 12_345, Leader = 0xA1, RaftIndex = 1, RaftTerm = 7, RaftAppliedIndex = 0,
        });
    }

    [Fact]
    public async Task A_node_without_a_leader_or_not_proven_says_so()
    {
        await using var door = await Door.OpenAsync();
        door.Node.Leader = MemberId.None;
        door.Node.IsProven = false;
        var status = (await door.Client.CallAsync(Door.Status, new StatusRequest())).Read(StatusResponse.Parser);
        status.Leader.ShouldBe(0UL);
        status.Errors.Count.ShouldBe(2);
        status.Errors[0].ShouldBe("etcdserver: no leader");
    }
}
