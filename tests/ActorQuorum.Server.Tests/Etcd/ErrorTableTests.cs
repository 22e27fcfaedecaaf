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
