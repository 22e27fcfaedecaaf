using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Tests.Etcd;

[Trait("Row", "RN-2")]
public sealed class KeyValueServiceTests
{
    private static readonly ByteString s_key = ByteString.CopyFromUtf8("k");

    [Fact]
    public async Task What_was_put_is_read_back_with_a_header_and_deleted()
    {
        await using var door = await Door.OpenAsync();
        var put = new PutRequest { Key = s_key, Value = ByteString.CopyFromUtf8("v1") };
        var header = (await door.Client.CallAsync(Door.Put, put)).Read(PutResponse.Parser).Header;
        header.ShouldBe(new ResponseHeader { ClusterId = 0xFEDC_BA98_7654_3210, MemberId = 0xA1, Revision = 2, RaftTerm = 7 });

        put = new PutRequest { Key = s_key, Value = ByteString.CopyFromUtf8("v2"), PrevKv = true };
        (await door.Client.CallAsync(Door.Put, put)).Read(PutResponse.Parser).PrevKv.Value.ToStringUtf8().ShouldBe("v1");

        var range = (await door.Client.CallAsync(Door.Range, new RangeRequest { Key = s_key })).Read(RangeResponse.Parser);
        range.Header.Revision.ShouldBe(3);
        range.Kvs.Single().ShouldBe(
            new KeyValue { Key = s_key, Value = put.Value, CreateRevision = 2, ModRevision = 3, Version = 2 });

        var delete = new DeleteRangeRequest { Key = s_key, PrevKv = true };
        var deleted = (await door.Client.CallAsync(Door.DeleteRange, delete)).Read(DeleteRangeResponse.Parser);
        (deleted.Deleted, deleted.PrevKvs.Single().Value, deleted.Header.Revision).ShouldBe((1, put.Value, 4));
    }

    [Theory]
    [InlineData(false, Consistency.Linearizable)]
    [InlineData(true, Consistency.Serializable)]
    public async Task A_range_is_linearizable_unless_it_says_otherwise(bool serializable, Consistency expected)
    {
        await using var door = await Door.OpenAsync();
        (await door.Client.CallAsync(Door.Range, new RangeRequest { Key = s_key, Serializable = serializable })).Code.ShouldBe(0);
        door.Node.LastConsistency.ShouldBe(expected);
    }

    [Theory]
    [InlineData(Door.Put)]
    [InlineData(Door.Range)]
    [InlineData(Door.DeleteRange)]
    public async Task A_request_without_a_key_never_reaches_the_node(string path)
    {
        await using var door = await Door.OpenAsync();
        var reply = await door.Client.SendAsync(path, WireClient.Frame([]));
        (reply.Code, reply.Message, door.Node.Requests).ShouldBe((3, "etcdserver: key is not provided", 0));
    }

    [Fact]
    public async Task A_put_with_a_lease_is_told_that_there_is_none()
    {
        await using var door = await Door.OpenAsync();
        var reply = await door.Client.CallAsync(Door.Put, new PutRequest { Key = s_key, Lease = 5 });
        (reply.Code, reply.Message).ShouldBe((5, "etcdserver: requested lease not found"));
    }

    [Fact]
    public async Task What_is_compacted_or_yet_to_come_is_out_of_range()
    {
        await using var door = await Door.OpenAsync();
        foreach (var value in new[] { "1", "2", "3" })
        {
            (await door.Client.CallAsync(Door.Put, new PutRequest { Key = s_key, Value = ByteString.CopyFromUtf8(value) })).Code.ShouldBe(0);
        }

        var compacted = (await door.Client.CallAsync(Door.Compact, new CompactionRequest { Revision = 3, Physical = true }))
            .Read(CompactionResponse.Parser);
        compacted.Header.ShouldBe(new ResponseHeader { ClusterId = 0xFEDC_BA98_7654_3210, MemberId = 0xA1, Revision = 4, RaftTerm = 7 });

        const string Compacted = "etcdserver: mvcc: required revision has been compacted";
        const string Future = "etcdserver: mvcc: required revision is a future revision";
        (await OutcomeAsync(Door.Compact, new CompactionRequest { Revision = 3 })).ShouldBe((11, Compacted));
        (await OutcomeAsync(Door.Compact, new CompactionRequest { Revision = 5 })).ShouldBe((11, Future));
        (await OutcomeAsync(Door.Range, new RangeRequest { Key = s_key, Revision = 2 })).ShouldBe((11, Compacted));
        (await OutcomeAsync(Door.Range, new RangeRequest { Key = s_key, Revision = 5 })).ShouldBe((11, Future));
        var old = (await door.Client.CallAsync(Door.Range, new RangeRequest { Key = s_key, Revision = 3 })).Read(RangeResponse.Parser);
        (old.Kvs.Single().Value.ToStringUtf8(), old.Header.Revision).ShouldBe(("2", 4), "the header tells where the store is now");

        async Task<(int?, string?)> OutcomeAsync(string path, IMessage request)
        {
            var reply = await door.Client.CallAsync(path, request);
            return (reply.Code, reply.Message);
        }
    }

    [Fact]
    public async Task What_only_the_request_tells_never_reaches_the_node()
    {
        await using var door = await Door.OpenAsync();
        await RefusedAsync(Door.Put, new PutRequest { Key = s_key, Value = s_key, IgnoreValue = true }, "etcdserver: value is provided");
        await RefusedAsync(Door.Put, new PutRequest { Key = s_key, Lease = 5, IgnoreLease = true }, "etcdserver: lease is provided");
        await RefusedAsync(
            Door.Range, new RangeRequest { Key = s_key, SortTarget = (RangeRequest.Types.SortTarget)5 }, "etcdserver: invalid sort option");
        await RefusedAsync(
            Door.Put, new PutRequest { Key = s_key, Value = ByteString.CopyFrom(new byte[3 << 19]) }, "etcdserver: request is too large");
        door.Node.Requests.ShouldBe(0);

        async Task RefusedAsync(string path, IMessage request, string error)
        {
            var reply = await door.Client.CallAsync(path, request);
            (reply.Code, reply.Message).ShouldBe((3, error));
        }
    }

    [Fact]
    public async Task An_answer_of_many_pieces_arrives_whole()
    {
        await using var door = await Door.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            var put = new PutRequest { Key = ByteString.CopyFrom((byte)i), Value = ByteString.CopyFrom(new byte[200_000 + i]) };
            (await door.Client.CallAsync(Door.Put, put)).Code.ShouldBe(0);
        }

        var all = new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) };
        var range = (await door.Client.CallAsync(Door.Range, all)).Read(RangeResponse.Parser);
        range.Kvs.Select(kv => kv.Value.Length).ShouldBe(Enumerable.Range(200_000, 20));
    }

    [Fact]
    public async Task Calls_run_side_by_side_on_one_connection()
    {
        await using var door = await Door.OpenAsync();
        var calls = Enumerable.Range(0, 500).Select(i =>
            door.Client.CallAsync(Door.Put, new PutRequest { Key = ByteString.CopyFromUtf8($"key{i}"), Value = s_key }));
        var replies = await Task.WhenAll(calls);
        replies.Select(reply => reply.Read(PutResponse.Parser).Header.Revision).Order()
            .ShouldBe(Enumerable.Range(2, 500).Select(revision => (long)revision));
        await Eventually.ShouldBeAsync(() => door.Server.Budget.TakenBytes == 0, "every request's memory is given back");
    }
}
