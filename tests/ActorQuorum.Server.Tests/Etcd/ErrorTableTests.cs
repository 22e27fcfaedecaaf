using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Tests.Etcd;

[Trait("Row", "RN-4")]
public sealed class ErrorTableTests
{
    public static TheoryData<QuorumError, int, string> Table => new()
    {
        { QuorumError.NoLeader, 14, "etcdserver: no leader" },
        { QuorumError.TimedOut, 14, "etcdserver: request timed out" },
        { QuorumError.OutcomeUnknown, 14, "etcdserver: request timed out, possibly due to previous leader failure" },
        { QuorumError.Overloaded, 8, "etcdserver: too many requests" },
        { QuorumError.TooLarge, 3, "etcdserver: request is too large" },
        { QuorumError.DiskNearlyFull, 8, "etcdserver: mvcc: database space exceeded" },
        { QuorumError.Stopped, 14, "etcdserver: server stopped" },
        { QuorumError.LeaderUnreachable, 14, "etcdserver: no leader" },
        { QuorumError.NotAMember, 14, "actorquorum: this node is not part of a cluster" },
        { QuorumError.ChangeInProgress, 9, "actorquorum: another change of the membership is in progress" },
        { QuorumError.AlreadyAMember, 9, "etcdserver: Peer URLs already exists" },
        { QuorumError.NoSuchMember, 5, "etcdserver: member not found" },
        { QuorumError.NotALearner, 9, "etcdserver: can only promote a learner member" },
        { QuorumError.LearnerBehind, 9, "etcdserver: can only promote a learner member which is in sync with leader" },
        { QuorumError.TooFewVoters, 9, "etcdserver: re-configuration failed due to not enough started members" },
        { QuorumError.TooManyMembers, 9, "actorquorum: the cluster has as many members as it may have" },
        { QuorumError.UnknownProcessor, 12, "actorquorum: no processor of this name" },
        { QuorumError.ProcessorFailed, 10, "actorquorum: the processor failed, its changes are discarded" },
        { QuorumError.Refused, 3, "actorquorum: the request was refused" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Each_error_has_etcds_code_and_text(QuorumError error, int code, string text)
    {
        await using var door = await Door.OpenAsync();
        door.Node.Failure = new QuorumException(error, "for the log");
        var request = new PutRequest { Key = ByteString.CopyFromUtf8("k") };
        foreach (var path in new[] { Door.Put, Door.Range, Door.DeleteRange })
        {
            var reply = await door.Client.CallAsync(path, new RangeRequest { Key = request.Key });
            (reply.Code, reply.Message).ShouldBe((code, text));
        }
    }

    [Fact]
    public void No_error_is_left_out() =>
        Table.Select(row => (QuorumError)((object[])row)[0]).ShouldBe(Enum.GetValues<QuorumError>(), ignoreOrder: true);

    [Fact]
    public async Task A_fault_of_the_server_is_not_told_to_the_client()
    {
        await using var door = await Door.OpenAsync();
        door.Node.Failure = new InvalidOperationException("a secret");
        var reply = await door.Client.CallAsync(Door.Range, new RangeRequest { Key = ByteString.CopyFromUtf8("k") });
        (reply.Code, reply.Message).ShouldBe((13, "actorquorum: the server failed at this call; its log says how"));
    }
}
