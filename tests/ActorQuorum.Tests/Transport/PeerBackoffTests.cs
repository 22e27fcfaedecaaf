using System.Net.Sockets;
using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Transport;

[Trait("Row", "RN-7")]
public sealed class PeerBackoffTests : IDisposable
{
    private readonly ManualTime time = new();
    private readonly Socket listening;
    private readonly PeerTransportOptions options;

    public PeerBackoffTests()
    {
        (listening, var address) = RawPeer.Listen();
        options = TestPeer.OptionsOf(1) with
        {
            Time = time,
            Peers = new Dictionary<Core.Raft.MemberId, PeerAddress> { [TestPeer.Member(2)] = new("n2", address) },
        };
    }

    public void Dispose() => listening.Dispose();

    [Fact]
    public async Task Pauses_between_dials_double_to_a_ceiling_and_begin_anew_after_success()
    {
        await using var one = await TestPeer.StartAsync(options);
        for (var i = 0; i < 8; i++)
        {
            await AnswerAsync(accepts: false);
            var pause = await PauseAsync();
            var whole = Math.Min(50 * (1 << i), 1000);
            pause.TotalMilliseconds.ShouldBeInRange(Math.Max(50, whole / 2), whole);
            time.Advance(pause);
        }

        await AnswerAsync(accepts: true);
        (await PauseAsync()).TotalMilliseconds.ShouldBe(50);
    }

    [Fact]
    public async Task A_peer_that_is_heard_is_dialled_without_waiting()
    {
        await using var one = await TestPeer.StartAsync(options);
        await AnswerAsync(accepts: false);
        await PauseAsync();
        using var raw = await RawPeer.DialAsync(one, 2);
        await AnswerAsync(accepts: true);
    }

    private async Task AnswerAsync(bool accepts)
    {
        var (raw, _) = await RawPeer.AcceptAsync(listening, hello =>
        {
            var reply = RawPeer.Accept(hello);
            reply.Accepted = accepts;
            return reply;
        });
        raw.Dispose();
    }

    /// <summary>The pause is the one timer of at most a second: a dial's own ends with the dial, and a hello's is longer.</summary>
    private async Task<TimeSpan> PauseAsync()
    {
        var pause = TimeSpan.Zero;
        await Eventually.ShouldBeAsync(
            () =>
            {
                var waiting = time.Waiting;
                pause = waiting.Count == 1 ? waiting[0] : TimeSpan.MaxValue;
                return pause <= options.BackoffCeiling;
            },
            "the dialler pauses");
        return pause;
    }
}
