using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Transport;

public class InboundCreditsTests
{
    [Fact]
    public async Task Credit_is_bounded_in_messages()
    {
        var credits = new InboundCredits(2, 1000);
        var first = await TakeAsync(credits, 1);
        await TakeAsync(credits, 1);
        var third = TakeAsync(credits, 1);
        third.IsCompleted.ShouldBeFalse();
        first!.Release();
        (await third.InTime()).ShouldNotBeNull();
    }

    [Fact]
    public async Task Credit_is_bounded_in_bytes_and_one_message_always_fits()
    {
        var credits = new InboundCredits(10, 1000);
        var large = await TakeAsync(credits, 5000);
        var small = TakeAsync(credits, 1);
        small.IsCompleted.ShouldBeFalse();
        large!.Release();
        (await small.InTime()).ShouldNotBeNull();
        TakeAsync(credits, 1000).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_second_release_changes_nothing()
    {
        var credits = new InboundCredits(2, 1000);
        var first = await TakeAsync(credits, 1);
        await TakeAsync(credits, 1);
        first!.Release();
        first.Release();
        TakeAsync(credits, 1).IsCompleted.ShouldBeTrue();
        TakeAsync(credits, 1).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Closing_ends_the_wait()
    {
        var credits = new InboundCredits(1, 1000);
        var first = await TakeAsync(credits, 1);
        var second = TakeAsync(credits, 1);
        credits.Close();
        (await second.InTime()).ShouldBeNull();
        first!.Release();
        (await TakeAsync(credits, 1)).ShouldBeNull();
    }

    private static Task<IInboundCredit?> TakeAsync(InboundCredits credits, int sizeBytes) => credits.TakeAsync(sizeBytes).AsTask();
}
