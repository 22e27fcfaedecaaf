using System.Net;
using System.Net.Sockets;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Tests.Voting;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Discovery;

namespace ActorQuorum.Tests.Transport.Discovery;

/// <summary>Datagrams over real UDP, on loopback.</summary>
[Trait("Row", "QC-1")]
public sealed class DiscoveryTests : IAsyncLifetime
{
    private const ulong Cluster = 7;
    private readonly IPEndPoint _target = new(IPAddress.Parse("127.255.255.255"), VotingNetwork.FreeUdpPort());
    private readonly RecordingLogger _logger = new();
    private readonly List<NodeDiscovery> _started = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var discovery in _started) await discovery.DisposeAsync();
    }

    [Fact]
    public async Task Nodes_of_one_machine_share_the_port_and_each_hears_all_others()
    {
        var found = new Dictionary<ulong, HashSet<ulong>>();
        ulong[] all = [1, 2, 3];
        var nodes = all.ToDictionary(id => id, id => Start(id, member => Add(found, id, member.Id.Value)));
        await Eventually.ShouldBeAsync(
            () =>
            {
                foreach (var node in nodes.Values) node.Announce();
                lock (found) return all.All(id => found.GetValueOrDefault(id)?.SetEquals(all.Where(other => other != id)) == true);
            },
            "each found the two others");
        nodes[1].Tally.Sent.ShouldBeGreaterThan(0);
        await Eventually.ShouldBeAsync(() => nodes[1].Tally.Heard(AnnouncementVerdict.Own) > 0, "its own came back and was told apart");
    }

    [Fact]
    [Trait("Row", "QC-14")]
    public async Task Cut_foreign_huge_and_random_datagrams_are_counted_and_change_nothing()
    {
        var found = new List<VotingMember>();
        var node = Start(1, member =>
        {
            lock (found) found.Add(member);
        });
        var good = AnnouncementCodec.Write(Cluster, Member(2));
        using var sender = Sender();
        var random = new Random(1);
        var noise = new byte[300];
        random.NextBytes(noise);
        await Eventually.ShouldBeAsync(
            () =>
            {
                sender.SendTo(good.AsSpan(0, good.Length / 2), _target);
                sender.SendTo(noise, _target);
                sender.SendTo(AnnouncementCodec.Write(Cluster + 1, Member(3)), _target);
                sender.SendTo(new byte[20_000], _target);
                sender.SendTo([], _target);
                sender.SendTo([0x08, 0x02, .. good.AsSpan(2)], _target);
                sender.SendTo(good, _target);
                var tally = node.Tally;
                lock (found)
                {
                    return found.Count > 0 && tally.Heard(AnnouncementVerdict.Malformed) > 2 && tally.Heard(AnnouncementVerdict.OtherCluster) > 0
                        && tally.Heard(AnnouncementVerdict.TooLarge) > 0 && tally.Heard(AnnouncementVerdict.OtherVersion) > 0;
                }
            },
            "each was counted as what it is");
        found.ShouldAllBe(member => member == Member(2));
        _logger.Warnings.Count(warning => warning.Contains("OtherVersion", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_flood_of_announcements_that_nobody_handles_is_bounded_and_counted()
    {
        var found = 0;
        var node = Start(1, _ => Interlocked.Increment(ref found));
        using var sender = Sender();
        var id = 2UL;
        await Eventually.ShouldBeAsync(
            () =>
            {
                sender.SendTo(AnnouncementCodec.Write(Cluster, Member(id++)), _target);
                return node.Tally.Dropped > 10;
            },
            "the rest was dropped");
        found.ShouldBe(NodeDiscovery.MostWaiting);
        node.Handled();
        await Eventually.ShouldBeAsync(
            () =>
            {
                sender.SendTo(AnnouncementCodec.Write(Cluster, Member(id++)), _target);
                return found == NodeDiscovery.MostWaiting + 1;
            },
            "one more is taken once one was handled");
    }

    [Fact]
    public void A_port_that_another_holds_for_itself_is_an_error_that_says_what_to_do()
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        holder.Bind(new IPEndPoint(IPAddress.Any, 0));
        var target = new IPEndPoint(_target.Address, ((IPEndPoint)holder.LocalEndPoint!).Port);
        var discovery = Make(1, target);
        Should.Throw<IOException>(() => discovery.Start(_ => { })).Message.ShouldContain("another broadcast port");
    }

    [Fact]
    public async Task Before_the_start_and_after_the_end_nothing_is_sent_and_nothing_thrown()
    {
        var heard = new List<ulong>();
        _ = Start(2, member =>
        {
            lock (heard) heard.Add(member.Id.Value);
        });
        var node = Make(1, _target);
        node.Announce();
        node.Start(_ => { });
        await node.DisposeAsync();
        node.Announce();
        var last = Start(3, _ => { });
        await Eventually.ShouldBeAsync(
            () =>
            {
                last.Announce();
                lock (heard) return heard.Count > 0;
            },
            "a later one is heard");
        heard.ShouldAllBe(id => id == 3);
    }

    private static VotingMember Member(ulong id) => new(new MemberId(id), $"n{id}", "127.0.0.1", 1000, 1);

    private static void Add(Dictionary<ulong, HashSet<ulong>> found, ulong by, ulong id)
    {
        lock (found)
        {
            if (!found.TryGetValue(by, out var ids)) found[by] = ids = [];
            ids.Add(id);
        }
    }

    private static Socket Sender() => new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };

    private NodeDiscovery Make(ulong id, IPEndPoint target)
    {
        var throttle = new LogThrottle(TimeProvider.System, TimeSpan.FromMinutes(10));
        var discovery = new NodeDiscovery(new UdpBroadcast(target, TimeProvider.System, _logger, throttle), Cluster, Member(id), _logger, throttle);
        _started.Add(discovery);
        return discovery;
    }

    private NodeDiscovery Start(ulong id, Action<VotingMember> hear)
    {
        var discovery = Make(id, _target);
        discovery.Start(hear);
        return discovery;
    }
}
