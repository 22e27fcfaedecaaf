using ActorQuorum.Transport;
using ActorQuorum.Transport.Wire;

namespace ActorQuorum.Tests.Transport;

/// <summary>The connection beside a member's own, for snapshots.</summary>
[Trait("Row", "RN-8")]
[Trait("Row", "RP-8")]
public class BulkTests
{
    [Fact]
    public async Task What_is_sent_in_bulk_arrives_on_a_connection_of_its_own_that_ends_by_itself()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var two = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(two);
        one.Transport.SendBulk(two.Id, Chunk(0)).ShouldBeFalse("nothing is taken before the connection is there");
        await Eventually.ShouldBeAsync(() => one.Transport.SendBulk(two.Id, Chunk(1)), "it is dialled");
        await Eventually.ShouldBeAsync(() => Offsets(two).Contains(1), "the chunk arrives");

        one.Transport.EndBulk(two.Id);
        one.Transport.Send(two.Id, TestPeer.Numbered(7)).ShouldBeTrue();
        await Eventually.ShouldBeAsync(() => two.Numbers.Contains(7), "the member's own connection stays");
        one.Inbox.Lost.ShouldBeEmpty("nobody is told of its end");
        two.Inbox.Lost.ShouldBeEmpty();

        await Eventually.ShouldBeAsync(() => one.Transport.SendBulk(two.Id, Chunk(2)), "it is dialled anew");
        await Eventually.ShouldBeAsync(() => Offsets(two).Contains(2), "the chunk arrives");
    }

    [Fact]
    public async Task A_bulk_connection_does_not_take_the_place_of_the_members_own()
    {
        await using var one = await TestPeer.StartAsync(1);
        using var own = await RawPeer.DialAsync(one, 2);
        using var bulk = await RawPeer.DialAsync(one);
        var hello = RawPeer.Hello(one, 2);
        hello.IsBulk = true;
        await bulk.SendAsync(hello);
        (await bulk.ReadAsync(HelloReply.Parser)).Accepted.ShouldBeTrue();

        await own.SendAsync(TestPeer.Numbered(1));
        await bulk.SendAsync(Chunk(3));
        await Eventually.ShouldBeAsync(() => one.Numbers.Contains(1) && Offsets(one).Contains(3), "both are heard");
    }

    [Fact]
    public async Task Disconnecting_a_member_ends_the_bulk_connection_too()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var two = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(two);
        await Eventually.ShouldBeAsync(() => one.Transport.SendBulk(two.Id, Chunk(1)), "it is dialled");
        one.Transport.Disconnect(two.Id);
        one.Transport.SendBulk(two.Id, Chunk(2)).ShouldBeFalse();
        one.Transport.SendBulk(two.Id, Chunk(3)).ShouldBeFalse("nobody is dialled that is no peer");
    }

    [Theory]
    [InlineData(5, 0, 1, 9)]
    [InlineData(5, 9, 0, 9)]
    [InlineData(5, 9, 1, 0)]
    [InlineData(5, 9, 6, 9)]
    public void An_offer_that_cannot_be_is_refused(long term, long index, long entryTerm, long sizeBytes)
    {
        var offer = new ActorQuorum.Transport.SnapshotOffer(1, term, index, entryTerm, sizeBytes);
        PeerCodec.TryMeasure(offer, 1 << 20, out var measured).ShouldBeTrue();
        var frame = new byte[measured.SizeBytes];
        PeerCodec.Write(measured, frame);
        Should.Throw<PeerProtocolException>(() => PeerCodec.Read(frame.AsSpan(PeerCodec.PrefixBytes), PeerMessageGenerators.Route))
            .Message.ShouldContain("is offered in term");
    }

    private static ActorQuorum.Transport.SnapshotChunk Chunk(long offset) => new(1, offset, 0, new byte[100]);

    private static IEnumerable<long> Offsets(TestPeer peer) =>
        peer.Inbox.Messages.OfType<ActorQuorum.Transport.SnapshotChunk>().Select(chunk => chunk.Offset);
}
