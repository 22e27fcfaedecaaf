using ActorQuorum.Server.Grpc;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Tests.Grpc;

public sealed class DeadlineTests
{
    private static readonly PutRequest s_put = new() { Key = ByteString.CopyFromUtf8("k") };

    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("5S", 50_000_000)]
    [InlineData("100m", 1_000_000)]
    [InlineData("7u", 70)]
    [InlineData("500n", 5)]
    [InlineData("0S", 0)]
    public void A_timeout_is_a_count_and_a_unit(string text, long ticks)
    {
        GrpcTimeout.TryParse(text, out var timeout).ShouldBeTrue();
        timeout.Ticks.ShouldBe(ticks);
    }

    [Fact]
    public void A_timeout_beyond_any_timer_is_cut()
    {
        GrpcTimeout.TryParse("99999999H", out var timeout).ShouldBeTrue();
        timeout.ShouldBe(TimeSpan.FromDays(40));
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("5s")]
    [InlineData("-5S")]
    [InlineData("+5S")]
    [InlineData(" 5S")]
    [InlineData("123456789S")]
    public void Anything_else_is_no_timeout(string text) => GrpcTimeout.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public async Task A_call_whose_deadline_passes_ends_and_leaves_nothing_behind()
    {
        await using var door = await Door.OpenAsync();
        door.Node.Holds = true;
        var reply = await door.Client.SendAsync(Door.Put, WireClient.Frame(s_put), timeout: "20m");
        (reply.Code, reply.Message).ShouldBe((4, "context deadline exceeded"));
        (door.Node.Waiting, door.Node.Requests).ShouldBe((0, 0));
        await Eventually.ShouldBeAsync(() => door.Server.Budget.TakenBytes == 0, "the request's memory is given back");
    }

    [Fact]
    public async Task A_call_within_its_deadline_is_answered()
    {
        await using var door = await Door.OpenAsync();
        (await door.Client.SendAsync(Door.Put, WireClient.Frame(s_put), timeout: "60S")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_malformed_deadline_is_an_error()
    {
        await using var door = await Door.OpenAsync();
        var reply = await door.Client.SendAsync(Door.Put, WireClient.Frame(s_put), timeout: "soon");
        (reply.Code, reply.Message).ShouldBe((13, "grpc: the header grpc-timeout is malformed: 'soon'"));
    }

    [Fact]
    public async Task A_client_that_gives_up_leaves_nothing_behind()
    {
        await using var door = await Door.OpenAsync();
        door.Node.Holds = true;
        using var patience = new CancellationTokenSource();
        var call = door.Client.CallAsync(Door.Put, s_put, patience.Token);
        await Eventually.ShouldBeAsync(() => door.Node.Waiting == 1, "the call reaches the node");

        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        await Eventually.ShouldBeAsync(() => door.Node.Waiting == 0, "the node is told");
        await Eventually.ShouldBeAsync(() => door.Server.Budget.TakenBytes == 0, "the request's memory is given back");

        door.Node.Holds = false;
        (await door.Client.CallAsync(Door.Put, s_put)).Read(PutResponse.Parser).Header.Revision.ShouldBe(2);
    }
}
