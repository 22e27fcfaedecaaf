using System.Net;
using ActorQuorum.Configuration;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Tests.Grpc;

[Trait("Row", "RN-8")]
public sealed class FramingTests
{
    private static readonly PutRequest s_put = new() { Key = ByteString.CopyFromUtf8("k"), Value = ByteString.CopyFromUtf8("v") };

    [Fact]
    public async Task A_frame_that_claims_four_gibibytes_is_refused_without_taking_memory()
    {
        await using var door = await Door.OpenAsync();
        var reply = await door.Client.SendAsync(Door.Put, WireClient.Frame([1, 2, 3], claimedLength: uint.MaxValue));
        (reply.Code, reply.Message).ShouldBe((8, "grpc: received message larger than max (4294967295 vs. 2097152)"));
        door.Server.Budget.TakenBytes.ShouldBe(0);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_and_one_at_the_limit_is_read()
    {
        await using var door = await Door.OpenAsync(new LimitOptions { RequestSizeBytes = 1000 });
        const int Limit = 1000 + (512 << 10);
        var over = await door.Client.SendAsync(Door.Put, WireClient.Frame(new byte[Limit + 1]));
        (over.Code, over.Message).ShouldBe((8, $"grpc: received message larger than max ({Limit + 1} vs. {Limit})"));

        var put = new PutRequest { Key = s_put.Key, Value = ByteString.CopyFrom(new byte[Limit - 20]) };
        var atLimit = await door.Client.CallAsync(Door.Put, put);
        (atLimit.Code, atLimit.Message).ShouldBe((3, "etcdserver: request is too large"));
        door.Node.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task The_largest_put_goes_in_and_comes_out()
    {
        await using var door = await Door.OpenAsync();
        var value = new byte[new LimitOptions().RequestSizeBytes - 100];
        Random.Shared.NextBytes(value);
        var put = new PutRequest { Key = s_put.Key, Value = ByteString.CopyFrom(value) };
        (await door.Client.CallAsync(Door.Put, put)).Read(PutResponse.Parser).Header.Revision.ShouldBe(2);
        var range = await door.Client.CallAsync(Door.Range, new RangeRequest { Key = s_put.Key });
        range.Read(RangeResponse.Parser).Kvs.Single().Value.ShouldBe(put.Value);
    }

    [Theory]
    [InlineData(1, 12, "grpc: compressed messages are not supported: send them as they are")]
    [InlineData(77, 13, "grpc: received unexpected payload format 77")]
    public async Task A_frame_that_is_not_plain_is_refused(byte flag, int code, string message)
    {
        await using var door = await Door.OpenAsync();
        var reply = await door.Client.SendAsync(Door.Put, WireClient.Frame(s_put.ToByteArray(), flag));
        (reply.Code, reply.Message).ShouldBe((code, message));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    public async Task A_truncated_message_is_an_error_and_changes_nothing(int length)
    {
        await using var door = await Door.OpenAsync();
        var reply = await door.Client.SendAsync(Door.Put, WireClient.Frame(s_put)[..length]);
        (reply.Code, reply.Message).ShouldBe((13, "grpc: the request ended before its message did"));
        (door.Node.Requests, door.Server.Budget.TakenBytes).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_second_message_in_a_unary_call_is_an_error()
    {
        await using var door = await Door.OpenAsync();
        var reply = await door.Client.SendAsync(Door.Put, [.. WireClient.Frame(s_put), .. WireClient.Frame(s_put)]);
        (reply.Code, reply.Message).ShouldBe((13, "grpc: more bytes came than the one message of this call"));
        door.Node.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData(Door.Put)]
    [InlineData(Door.Range)]
    [InlineData(Door.DeleteRange)]
    [InlineData(Door.Txn)]
    [InlineData(Door.MemberList)]
    [InlineData(Door.Status)]
    public async Task Bytes_that_are_no_message_are_an_error(string path)
    {
        await using var door = await Door.OpenAsync();
        var reply = await door.Client.SendAsync(path, WireClient.Frame([0x0A, 0xFF, 0xFF, 0x01]));
        reply.Code.ShouldBe(13);
        reply.Message.ShouldNotBeNull().ShouldStartWith("grpc: error unmarshalling request: ");
        door.Node.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData("application/json", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/grpcx", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/grpc+proto", HttpStatusCode.OK)]
    [InlineData("application/grpc; charset=utf-8", HttpStatusCode.OK)]
    public async Task The_content_type_has_to_be_grpc(string contentType, HttpStatusCode expected)
    {
        await using var door = await Door.OpenAsync();
        (await door.Client.SendAsync(Door.Put, WireClient.Frame(s_put), contentType)).Http.ShouldBe(expected);
    }

    [Fact]
    public async Task Other_verbs_than_post_are_refused()
    {
        await using var door = await Door.OpenAsync();
        (await door.Client.SendAsync(HttpMethod.Get, Door.Put, null)).Http.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Theory]
    [InlineData("/etcdserverpb.KV/RangeStream")]
    [InlineData("/etcdserverpb.Watch/Watch")]
    [InlineData("/etcdserverpb.Lease/LeaseGrant")]
    [InlineData("/nobody.Knows/This")]
    [InlineData("/")]
    public async Task A_method_that_is_not_there_is_named(string path)
    {
        await using var door = await Door.OpenAsync();
        var reply = await door.Client.SendAsync(path, WireClient.Frame([]));
        (reply.Http, reply.Code, reply.Message).ShouldBe((HttpStatusCode.OK, 12, $"{path} is not implemented by this server"));
    }

    [Fact]
    public async Task A_path_beyond_ascii_is_percent_encoded_in_the_message()
    {
        await using var door = await Door.OpenAsync();
        (await door.Client.SendAsync("/%C3%BC%25", WireClient.Frame([]))).Message.ShouldBe("/%C3%BC%25 is not implemented by this server");
    }
}
