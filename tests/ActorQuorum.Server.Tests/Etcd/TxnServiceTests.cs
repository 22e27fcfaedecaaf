using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using static ActorQuorum.StateMachines.Etcd.Compare.Types;

namespace ActorQuorum.Server.Tests.Etcd;

[Trait("Row", "RN-2")]
public sealed class TxnServiceTests
{
    private static readonly ByteString s_key = ByteString.CopyFromUtf8("k");

    private static readonly RequestOp s_put = new() { RequestPut = new PutRequest { Key = s_key, Value = s_key } };

    private static readonly RequestOp s_get = new() { RequestRange = new RangeRequest { Key = s_key } };

    private static readonly RequestOp s_stale = new() { RequestRange = new RangeRequest { Key = s_key, Serializable = true } };

    [Fact]
    public async Task Compare_and_set_lets_the_first_one_through()
    {
        await using var door = await Door.OpenAsync();
        var txn = new TxnRequest
        {
            Compare = { new Compare { Key = s_key, Target = CompareTarget.Create, Result = CompareResult.Equal, CreateRevision = 0 } },
            Success = { s_put },
            Failure = { s_get },
        };
        var first = (await door.Client.CallAsync(Door.Txn, txn)).Read(TxnResponse.Parser);
        first.Header.ShouldBe(new ResponseHeader { ClusterId = 0xFEDC_BA98_7654_3210, MemberId = 0xA1, Revision = 2, RaftTerm = 7 });
        (first.Succeeded, first.Responses.Single().ResponsePut.Header.Revision).ShouldBe((true, 2));

        var second = (await door.Client.CallAsync(Door.Txn, txn)).Read(TxnResponse.Parser);
        (second.Succeeded, second.Header.Revision).ShouldBe((false, 2));
        second.Responses.Single().ResponseRange.Kvs.Single().Value.ShouldBe(s_key);
    }

    [Fact]
    public async Task A_txn_that_may_write_is_a_command()
    {
        await using var door = await Door.OpenAsync();
        foreach (var txn in new[] { new TxnRequest { Success = { s_get }, Failure = { s_put } }, Nested(s_put) })
        {
            (await door.Client.CallAsync(Door.Txn, txn)).Code.ShouldBe(0);
        }

        door.Node.LastConsistency.ShouldBeNull("no query was made");
    }

    [Fact]
    public async Task A_txn_that_only_reads_is_a_linearizable_query_unless_every_range_says_otherwise()
    {
        await using var door = await Door.OpenAsync();
        (await AskedForAsync(new TxnRequest())).ShouldBe(Consistency.Linearizable);
        (await AskedForAsync(new TxnRequest { Success = { s_get } })).ShouldBe(Consistency.Linearizable);
        (await AskedForAsync(new TxnRequest { Success = { s_stale }, Failure = { s_get } })).ShouldBe(Consistency.Linearizable);
        (await AskedForAsync(Nested(s_get))).ShouldBe(Consistency.Linearizable);
        (await AskedForAsync(new TxnRequest { Success = { s_stale }, Failure = { s_stale } })).ShouldBe(Consistency.Serializable);
        (await AskedForAsync(Nested(s_stale))).ShouldBe(Consistency.Serializable);
        (await AskedForAsync(new TxnRequest { Success = { s_get } })).ShouldBe(Consistency.Linearizable);
        door.Node.Status.AppliedIndex.ShouldBe(0, "nothing went into the log");

        async Task<Consistency?> AskedForAsync(TxnRequest txn)
        {
            (await door.Client.CallAsync(Door.Txn, txn)).Code.ShouldBe(0);
            return door.Node.LastConsistency;
        }
    }

    [Fact]
    public async Task A_txn_that_could_only_be_refused_never_reaches_the_node()
    {
        await using var door = await Door.OpenAsync();
        await RefusedAsync(new TxnRequest { Success = { s_put, s_put } }, "etcdserver: duplicate key given in txn request");
        await RefusedAsync(
            new TxnRequest { Success = { Enumerable.Repeat(s_get, 129) } }, "etcdserver: too many operations in txn request");
        await RefusedAsync(new TxnRequest { Success = { new RequestOp() } }, "etcdserver: key not found");
        await RefusedAsync(new TxnRequest { Compare = { new Compare() } }, "etcdserver: key is not provided");
        door.Node.Requests.ShouldBe(0);

        async Task RefusedAsync(TxnRequest txn, string error)
        {
            var reply = await door.Client.CallAsync(Door.Txn, txn);
            (reply.Code, reply.Message).ShouldBe((3, error));
        }
    }

    [Fact]
    public async Task A_txn_over_the_size_limit_is_refused()
    {
        await using var door = await Door.OpenAsync();
        var large = ByteString.CopyFrom(new byte[1 << 20]);
        var txn = new TxnRequest
        {
            Success = { new RequestOp { RequestPut = new PutRequest { Key = s_key, Value = large } } },
            Failure = { new RequestOp { RequestPut = new PutRequest { Key = s_key, Value = ByteString.CopyFrom(new byte[700_000]) } } },
        };
        var reply = await door.Client.CallAsync(Door.Txn, txn);
        (reply.Code, reply.Message, door.Node.Requests).ShouldBe((3, "etcdserver: request is too large", 0));
    }

    private static TxnRequest Nested(RequestOp operation) =>
        new() { Success = { new RequestOp { RequestTxn = new TxnRequest { Failure = { operation } } } } };
}
