using System.Net;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Transport.Discovery;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Wired = ActorQuorum.Transport.Wire;

namespace ActorQuorum.Tests.Transport.Discovery;

[Trait("Row", "QC-1")]
public class AnnouncementTests
{
    private const ulong Cluster = 0xC1;
    private static readonly MemberId Self = new(99);
    private static readonly IPAddress Source = IPAddress.Parse("192.0.2.7");
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Fact]
    public void It_is_written_as_the_generated_class_writes_it_and_fits_one_datagram() =>
        Check.One(Runs, Prop.ForAll(BallotGenerators.Member.ToArbitrary(), member =>
        {
            var written = AnnouncementCodec.Write(Cluster, member);
            return written.Length <= AnnouncementCodec.LimitBytes && written.AsSpan().SequenceEqual(Generated(member).ToByteArray());
        }));

    [Fact]
    public void It_comes_back_as_it_went_whatever_the_script_of_the_name() =>
        Check.One(Runs, Prop.ForAll(BallotGenerators.Member.Where(m => m.Host.Length > 0 && m.Id != Self).ToArbitrary(), member =>
            AnnouncementCodec.Read(AnnouncementCodec.Write(Cluster, member), Source, Cluster, Self, out var contact) == AnnouncementVerdict.Taken
            && contact == member));

    [Fact]
    public void A_cut_one_is_refused_wherever_it_is_cut()
    {
        var whole = AnnouncementCodec.Write(Cluster, Member("node"));
        for (var length = 0; length < whole.Length; length++)
        {
            Verdict(whole.AsSpan(0, length)).ShouldBe(AnnouncementVerdict.Malformed, $"{length} of {whole.Length} bytes");
        }
    }

    [Fact]
    public void Random_bytes_are_refused_and_nothing_is_thrown() =>
        Check.One(Runs, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Verdict(bytes) != AnnouncementVerdict.Taken));

    [Fact]
    public void A_damaged_one_throws_nothing()
    {
        var damaged =
            from member in BallotGenerators.Member
            let bytes = AnnouncementCodec.Write(Cluster, member)
            from at in Gen.Choose(0, bytes.Length - 1)
            from value in Gen.Choose(0, 255)
            select bytes.Select((b, i) => i == at ? (byte)value : b).ToArray();
        Check.One(Runs, Prop.ForAll(damaged.ToArbitrary(), bytes => Enum.IsDefined(Verdict(bytes))));
    }

    [Fact]
    public void A_huge_one_is_refused_before_it_is_read()
    {
        // Valid but for its size: whoever parsed it would take it.
        var announcement = Generated(Member("node"));
        var padding = new byte[AnnouncementCodec.LimitBytes];
        byte[] huge = [.. announcement.ToByteArray(), 0xFA, 0x01, 0x80, 0x08, .. padding.AsSpan(0, 1024)];
        Verdict(huge).ShouldBe(AnnouncementVerdict.Taken);
        byte[] over = [.. huge, 0xFA, 0x01, 0x80, 0x08, .. padding.AsSpan(0, 1024)];
        Verdict(over).ShouldBe(AnnouncementVerdict.TooLarge);
    }

    [Fact]
    public void Those_of_another_cluster_or_version_and_its_own_are_told_apart()
    {
        Verdict(AnnouncementCodec.Write(0xC2, Member("node"))).ShouldBe(AnnouncementVerdict.OtherCluster);
        Verdict(AnnouncementCodec.Write(Cluster, Member("node") with { Id = Self })).ShouldBe(AnnouncementVerdict.Own);
        var other = Generated(Member("node"));
        other.ProtocolVersion = 2;
        Verdict(other.ToByteArray()).ShouldBe(AnnouncementVerdict.OtherVersion);
    }

    [Fact]
    public void A_name_too_long_or_with_control_characters_is_refused()
    {
        Verdict(AnnouncementCodec.Write(Cluster, Member(new string('x', VotingOptions.NameLength)))).ShouldBe(AnnouncementVerdict.Taken);
        Verdict(AnnouncementCodec.Write(Cluster, Member(new string('x', VotingOptions.NameLength + 1)))).ShouldBe(AnnouncementVerdict.Malformed);
        Verdict(AnnouncementCodec.Write(Cluster, Member(string.Empty))).ShouldBe(AnnouncementVerdict.Malformed);
        Verdict(AnnouncementCodec.Write(Cluster, Member("a\tb"))).ShouldBe(AnnouncementVerdict.Malformed);
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("a-host.example", "a-host.example")]
    [InlineData("", "192.0.2.7")]
    [InlineData("0.0.0.0", "192.0.2.7")]
    [InlineData("::", "192.0.2.7")]
    [InlineData("127.0.0.1", "192.0.2.7")]
    public void An_address_that_nobody_can_dial_is_replaced_by_the_datagrams_source(string advertised, string believed)
    {
        AnnouncementCodec.Read(AnnouncementCodec.Write(Cluster, Member("node") with { Host = advertised }), Source, Cluster, Self, out var contact);
        contact!.Host.ShouldBe(believed);
        contact.Port.ShouldBe(7);
    }

    [Fact]
    public void On_loopback_the_loopback_address_stands()
    {
        var bytes = AnnouncementCodec.Write(Cluster, Member("node") with { Host = "127.0.0.1" });
        AnnouncementCodec.Read(bytes, IPAddress.Parse("127.0.0.9"), Cluster, Self, out var contact);
        contact!.Host.ShouldBe("127.0.0.1");
    }

    [Fact]
    public void The_address_that_reaches_a_broadcast_address_is_its_interfaces_and_never_any()
    {
        ReachableAddress.Toward(IPAddress.Parse("127.255.255.255")).ShouldBe(IPAddress.Loopback);
        ReachableAddress.IsUnspecified(ReachableAddress.Toward(IPAddress.Broadcast)).ShouldBeFalse();
    }

    private static VotingMember Member(string name) => new(new MemberId(5), name, "10.0.0.5", 7, 1234);

    private static AnnouncementVerdict Verdict(ReadOnlySpan<byte> datagram) => AnnouncementCodec.Read(datagram, Source, Cluster, Self, out _);

    private static Wired.Announcement Generated(VotingMember m) => new()
    {
        ProtocolVersion = 1, ClusterId = Cluster, Id = m.Id.Value, Name = m.Name, Host = m.Host, Port = (uint)m.Port, BirthMs = (ulong)m.BirthMs,
    };
}
