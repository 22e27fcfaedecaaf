using ActorQuorum.Server.Etcd.Wire;
using Google.Protobuf;
using Member = ActorQuorum.Server.Etcd.Wire.Member;

namespace ActorQuorum.Server.Tests.Etcd;

/// <summary>etcd's calls that change the members, as its clients send them. The texts and codes were compared with etcd 3.4.23's.</summary>
[Trait("Row", "CO-3")]
public sealed class MemberChangeTests
{
    private const string Add = "/etcdserverpb.Cluster/MemberAdd";
    private const string Remove = "/etcdserverpb.Cluster/MemberRemove";
    private const string Update = "/etcdserverpb.Cluster/MemberUpdate";
    private const string Promote = "/etcdserverpb.Cluster/MemberPromote";
    private const string BadUrls = "etcdserver: given member URLs are invalid";

    [Fact]
    public async Task A_member_is_added_by_its_url_alone_promoted_moved_and_removed()
    {
        await using var door = await Door.OpenAsync();

        var added = await CallAsync(door, Add, new MemberAddRequest { PeerURLs = { "http://127.0.0.1:7103" }, IsLearner = true }, MemberAddResponse.Parser);
        added.Member.ShouldBe(new Member { ID = 0xC3, PeerURLs = { "http://127.0.0.1:7103" }, IsLearner = true });
        added.Members.Count.ShouldBe(3);
        (added.Header.ClusterId, added.Header.MemberId, added.Header.RaftTerm).ShouldBe((0xFEDC_BA98_7654_3210UL, 0xA1UL, 7UL));

        var promoted = await CallAsync(door, Promote, new MemberPromoteRequest { ID = 0xC3 }, MemberPromoteResponse.Parser);
        promoted.Members.Single(member => member.ID == 0xC3).IsLearner.ShouldBeFalse();

        var moved = await CallAsync(door, Update, new MemberUpdateRequest { ID = 0xC3, PeerURLs = { "http://127.0.0.1:7999" } }, MemberUpdateResponse.Parser);
        moved.Members.Single(member => member.ID == 0xC3).PeerURLs.ShouldBe(["http://127.0.0.1:7999"]);

        var removed = await CallAsync(door, Remove, new MemberRemoveRequest { ID = 0xC3 }, MemberRemoveResponse.Parser);
        removed.Members.Select(member => member.ID).ShouldBe([0xA1UL, 0xB2UL]);
    }

    [Fact]
    public async Task Our_own_command_names_several_members_and_their_addresses_for_clients()
    {
        await using var door = await Door.OpenAsync();
        var request = new MemberAddRequest
        {
            Name = "n3", PeerURLs = { "http://127.0.0.1:7103" }, ClientURL = "http://127.0.0.1:2393",
            Others = { new AddedMember { Name = "n4", PeerURL = "http://127.0.0.1:7104", ClientURL = "http://127.0.0.1:2394" } },
        };
        await CallAsync(door, Add, request, MemberAddResponse.Parser);
        door.Node.Members[2..].Select(member => (member.Name, member.PeerAddress, member.ClientAddress))
            .ShouldBe([("n3", "127.0.0.1:7103", "127.0.0.1:2393"), ("n4", "127.0.0.1:7104", "127.0.0.1:2394")]);

        await CallAsync(door, Remove, new MemberRemoveRequest { ID = 0xC3, Others = { 0xC4, 0xC4 } }, MemberRemoveResponse.Parser);
        door.Node.Members.Count.ShouldBe(2);
    }

    public static TheoryData<string> BadAddresses => ["", "127.0.0.1:1", "http://127.0.0.1", "http://127.0.0.1:1/x", "https://127.0.0.1:1", "http://:1", "http://127.0.0.1:70000"];

    [Theory]
    [MemberData(nameof(BadAddresses))]
    public async Task A_url_that_can_be_none_is_refused_as_etcd_does(string url)
    {
        await using var door = await Door.OpenAsync();
        await RefusedAsync(door, Add, new MemberAddRequest { PeerURLs = { url } }, 3, BadUrls);
        await RefusedAsync(door, Update, new MemberUpdateRequest { ID = 0xB2, PeerURLs = { url } }, 3, BadUrls);
        door.Node.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task What_names_no_address_or_several_or_a_bad_name_is_refused()
    {
        await using var door = await Door.OpenAsync();
        await RefusedAsync(door, Add, new MemberAddRequest(), 3, BadUrls);
        await RefusedAsync(door, Add, new MemberAddRequest { PeerURLs = { "http://a:1", "http://b:1" } }, 3, BadUrls);
        await RefusedAsync(door, Add, new MemberAddRequest { Name = "no name", PeerURLs = { "http://a:1" } }, 3, BadUrls);
        await RefusedAsync(door, Add, new MemberAddRequest { Name = "n3", PeerURLs = { "http://a:1" }, Others = { new AddedMember { Name = "n4" } } }, 3, BadUrls);
        await RefusedAsync(door, Update, new MemberUpdateRequest { ID = 0xB2 }, 3, BadUrls);
        door.Node.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData(QuorumError.AlreadyAMember, 9, "etcdserver: Peer URLs already exists", 412)]
    [InlineData(QuorumError.NoSuchMember, 5, "etcdserver: member not found", 404)]
    [InlineData(QuorumError.NotALearner, 9, "etcdserver: can only promote a learner member", 412)]
    [InlineData(QuorumError.LearnerBehind, 9, "etcdserver: can only promote a learner member which is in sync with leader", 412)]
    [InlineData(QuorumError.TooFewVoters, 9, "etcdserver: re-configuration failed due to not enough started members", 412)]
    [InlineData(QuorumError.ChangeInProgress, 9, "actorquorum: another change of the membership is in progress", 412)]
    public async Task A_change_that_is_refused_has_etcds_code_and_text_over_grpc_and_json(QuorumError error, int code, string text, int httpStatus)
    {
        await using var door = await Door.OpenAsync();
        door.Node.Failure = new QuorumException(error, "for the log");
        await RefusedAsync(door, Add, new MemberAddRequest { PeerURLs = { "http://127.0.0.1:7103" } }, code, text);
        await RefusedAsync(door, Promote, new MemberPromoteRequest { ID = 1 }, code, text);
        await RefusedAsync(door, Remove, new MemberRemoveRequest { ID = 1 }, code, text);
        await RefusedAsync(door, Update, new MemberUpdateRequest { ID = 1, PeerURLs = { "http://127.0.0.1:7103" } }, code, text);

        using var http = new HttpClient();
        using var body = new StringContent("{\"ID\":\"1\"}");
        using var reply = await http.PostAsync(new Uri($"http://{door.Server.Address}/v3/cluster/member/remove"), body);
        ((int)reply.StatusCode).ShouldBe(httpStatus);
        (await reply.Content.ReadAsStringAsync()).ShouldBe($"{{\"error\":\"{text}\",\"message\":\"{text}\",\"code\":{code}}}");
    }

    [Fact]
    public async Task The_gateway_adds_and_lists_members()
    {
        await using var door = await Door.OpenAsync();
        using var http = new HttpClient();
        using var body = new StringContent("{\"peerURLs\":[\"http://127.0.0.1:7103\"],\"isLearner\":true}");
        using var reply = await http.PostAsync(new Uri($"http://{door.Server.Address}/v3/cluster/member/add"), body);
        (await reply.Content.ReadAsStringAsync()).ShouldContain("\"member\":{\"ID\":\"195\",\"peerURLs\":[\"http://127.0.0.1:7103\"],\"isLearner\":true}");
    }

    private static async Task<T> CallAsync<T>(Door door, string method, IMessage request, MessageParser<T> parser)
        where T : IMessage<T> => (await door.Client.CallAsync(method, request)).Read(parser);

    private static async Task RefusedAsync(Door door, string method, IMessage request, int code, string text)
    {
        var reply = await door.Client.CallAsync(method, request);
        (reply.Code, reply.Message).ShouldBe((code, text));
    }
}
