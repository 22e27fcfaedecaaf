using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Transport;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using static ActorQuorum.Tests.Transport.PeerMessageGenerators;
using Wired = ActorQuorum.Transport.Wire;

namespace ActorQuorum.Tests.Transport;

[Trait("Row", "QC-14")]
public class BallotCodecTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Fact]
    public void Every_ballot_is_written_as_the_generated_classes_write_it() =>
        Check.One(Runs, Prop.ForAll(BallotGenerators.Any.ToArbitrary(), ballot =>
            Frame(ballot).AsSpan(PeerCodec.PrefixBytes).SequenceEqual(Generated(ballot.Message).ToByteArray())));

    [Fact]
    public void Every_ballot_comes_back_as_it_went() =>
        Check.One(Runs, Prop.ForAll(BallotGenerators.Any.ToArbitrary(), ballot =>
            Text(PeerCodec.Read(Frame(ballot).AsSpan(PeerCodec.PrefixBytes), Route)) == Text(ballot)));

    [Fact]
    public void The_generator_draws_every_kind() => BallotGenerators.Any.Sample(500).Select(b => b.Message.GetType()).ToHashSet()
        .ShouldBe(typeof(VotingMessage).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(VotingMessage))), ignoreOrder: true);

    [Fact]
    public void A_damaged_ballot_is_read_or_refused_and_nothing_else_is_thrown()
    {
        var damaged =
            from ballot in BallotGenerators.Any
            let bytes = Generated(ballot.Message).ToByteArray()
            from at in Gen.Choose(0, Math.Min(bytes.Length, 60) - 1)
            from value in Gen.Choose(0, 255)
            from length in Gen.Elements(bytes.Length, bytes.Length / 2, bytes.Length - 1)
            select bytes.Select((b, i) => i == at ? (byte)value : b).Take(length).ToArray();
        Check.One(Runs, Prop.ForAll(damaged.ToArbitrary(), ReadsOrRefuses));
    }

    [Fact]
    public void A_ballot_of_another_group_of_no_kind_or_of_two_is_refused()
    {
        Refused(new Wired.Ballot { Group = 1, Beat = new() }).ShouldContain("group 1");
        Refused(new Wired.Ballot()).ShouldContain("no message");
        byte[] two = [.. new Wired.Ballot { Beat = new() }.ToByteArray(), .. new Wired.Ballot { Goodbye = new() }.ToByteArray()];
        Refused([0x7A, (byte)two.Length, .. two]).ShouldContain("two messages");
    }

    [Fact]
    public void What_is_out_of_range_is_refused()
    {
        Refused(new Wired.Ballot { Beat = new() { Stance = (Wired.Stance)4 } }).ShouldContain("Stance 4");
        Refused(new Wired.Ballot { Beat = new() { Metric = (Wired.Metric)2 } }).ShouldContain("VotingMetric 2");
        Refused(new Wired.Ballot { Beat = new() { Standing = (Wired.Standing)3 } }).ShouldContain("Standing 3");
        Refused(new Wired.Ballot { Beat = new() { Sequence = ulong.MaxValue } }).ShouldContain("out of range");
        Refused(new Wired.Ballot { Goodbye = new() { EpochFoundedMs = ulong.MaxValue } }).ShouldContain("out of range");
        Refused(new Wired.Ballot { NotLetIn = new() }).ShouldContain("no reason");
        Refused(new Wired.Ballot { NotLetIn = new() { Why = (Wired.NotLetInReason)3 } }).ShouldContain("RefusalReason 3");
    }

    [Theory]
    [InlineData("nobody", "no number")]
    [InlineData("no name", "1 to 300")]
    [InlineData("long name", "1 to 300")]
    [InlineData("huge name", "over 900 bytes")]
    [InlineData("control", "control")]
    [InlineData("port", "port 65536")]
    [InlineData("unborn", "never born")]
    [InlineData("host", "address is none")]
    [InlineData("huge host", "over 255 bytes")]
    public void A_member_that_cannot_be_is_refused(string what, string text)
    {
        var contact = new Wired.Contact { Id = 1, Name = "n", Host = "h", Port = 1, BirthMs = 1 };
        (what switch
        {
            "nobody" => (Action)(() => contact.Id = 0),
            "no name" => () => contact.Name = string.Empty,
            "long name" => () => contact.Name = new string('x', VotingOptions.NameLength + 1),
            "huge name" => () => contact.Name = new string('x', PeerContact.NameLimitBytes + 1),
            "control" => () => contact.Name = "a\nb",
            "port" => () => contact.Port = 65536,
            "unborn" => () => contact.BirthMs = 0,
            "host" => () => contact.Host = "a host",
            _ => () => contact.Host = new string('h', PeerContact.HostLimitBytes + 1),
        })();
        Refused(new Wired.Ballot { ContactsTold = new() { Contacts = { contact } } }).ShouldContain(text);
    }

    [Fact]
    public void A_roster_out_of_order_or_with_somebody_twice_is_refused()
    {
        Refused(new Wired.Ballot { RosterTold = new() { Members = { Contact(2), Contact(1) } } }).ShouldContain("behind");
        Refused(new Wired.Ballot { RosterTold = new() { Members = { Contact(2), Contact(2) } } }).ShouldContain("behind");
        Refused(new Wired.Ballot { RosterTold = new() { Before = { 2, 1 } } }).ShouldContain("behind");
    }

    [Fact]
    public void More_members_than_there_may_be_are_refused()
    {
        var many = Enumerable.Range(1, PeerCodec.ViewLimit + 1);
        Refused(new Wired.Ballot { ContactsTold = new() { Contacts = { many.Select(i => Contact((ulong)i)) } } }).ShouldContain("more than");
        Refused(new Wired.Ballot { RosterTold = new() { Before = { many.Select(i => (ulong)i) } } }).ShouldContain("more than");
    }

    [Fact]
    public void The_largest_roster_fits_a_frame_of_the_constant_election()
    {
        var members = Enumerable.Range(1, 1000).Select(i => new RosterEntry(
            new VotingMember(
                new MemberId((ulong)i), new string('ノ', VotingOptions.NameLength), new string('h', PeerContact.HostLimitBytes), ushort.MaxValue, 1L << 50),
            1L << 50));
        var told = new RosterTold(Route.From, Route.To, 1, TimeSpan.Zero, VotingEpoch.None, Stance.Acting, new Roster(default, [.. members], []));
        PeerCodec.TryMeasure(new Ballot(told), 2 << 20, out _).ShouldBeTrue();
    }

    private static Wired.Contact Contact(ulong id) => new() { Id = id, Name = "n", Host = "h", Port = 1, BirthMs = 1 };

    private static byte[] Frame(PeerMessage message)
    {
        PeerCodec.TryMeasure(message, int.MaxValue, out var measured).ShouldBeTrue();
        var bytes = new byte[measured.SizeBytes];
        PeerCodec.Write(measured, bytes);
        return bytes;
    }

    private static string Text(PeerMessage message) => ((Ballot)message).Message switch
    {
        RosterTold m => $"{m with { Roster = Roster.Empty }} {m.Roster.Stamp} {string.Join(' ', m.Roster.Members.Select(e => $"{Whole(e.Member)} {e.Since}"))} {string.Join(' ', m.Roster.Before)}",
        ContactsTold m => $"{m with { Contacts = [] }} {string.Join(' ', m.Contacts.Select(Whole))}",
        Refusal m => $"{m with { Holder = null }} {(m.Holder is { } holder ? Whole(holder) : "nobody")}",
        var other => other.ToString(),
    };

    private static string Whole(VotingMember m) => $"{m.Id} {m.Name} {m.Host} {m.Port} {m.BirthMs}";

    private static Wired.Frame Generated(VotingMessage message) => new() { Ballot = BallotOf(message) };

    private static Wired.Ballot BallotOf(VotingMessage message) => message switch
    {
        Beat m => new()
        {
            Beat = new()
            {
                EpochFoundedMs = (ulong)m.Epoch.Formation.FoundedMs, EpochSalt = m.Epoch.Formation.Salt, EpochCounter = (ulong)m.Epoch.Counter,
                Sequence = (ulong)m.Sequence, SentAt = (ulong)m.SentAt.Ticks, EchoedAt = (ulong)m.EchoedAt.Ticks, Master = m.Master.Value,
                Stance = (Wired.Stance)m.Stance, StampCounter = (ulong)m.Stamp.Counter, StampVersion = (ulong)m.Stamp.Version, Vote = m.Vote.Value,
                Metric = (Wired.Metric)m.Metric, Counter = (ulong)m.Counter, JoiningFoundedMs = (ulong)m.Joining.FoundedMs,
                JoiningSalt = m.Joining.Salt, OpenSince = (ulong)m.OpenSince, Standing = (Wired.Standing)m.Standing, ContactsHash = m.ContactsHash,
            },
        },
        RosterTold m => new()
        {
            RosterTold = new()
            {
                EpochFoundedMs = (ulong)m.Epoch.Formation.FoundedMs, EpochSalt = m.Epoch.Formation.Salt, EpochCounter = (ulong)m.Epoch.Counter,
                Sequence = (ulong)m.Sequence, SentAt = (ulong)m.SentAt.Ticks, Stance = (Wired.Stance)m.Stance,
                StampCounter = (ulong)m.Roster.Stamp.Counter, StampVersion = (ulong)m.Roster.Stamp.Version,
                Members = { m.Roster.Members.Select(EntryOf) }, Before = { m.Roster.Before.Select(id => id.Value) },
            },
        },
        ContactsTold m => new() { ContactsTold = new() { Contacts = { m.Contacts.Select(ContactOf) } } },
        Goodbye m => new()
        {
            Goodbye = new()
            {
                EpochFoundedMs = (ulong)m.Epoch.Formation.FoundedMs, EpochSalt = m.Epoch.Formation.Salt, EpochCounter = (ulong)m.Epoch.Counter,
                IsFree = m.IsFree, Counter = (ulong)m.Counter,
            },
        },
        GoodbyeHeard => new() { GoodbyeHeard = new() },
        Refusal m => new()
        {
            NotLetIn = new()
            {
                EpochFoundedMs = (ulong)m.SeenEpoch.Formation.FoundedMs, EpochSalt = m.SeenEpoch.Formation.Salt,
                EpochCounter = (ulong)m.SeenEpoch.Counter, Why = (Wired.NotLetInReason)m.Why, Holder = m.Holder is { } holder ? ContactOf(holder) : null,
            },
        },
        _ => throw new ArgumentException(message.ToString()),
    };

    private static Wired.Contact EntryOf(RosterEntry entry)
    {
        var contact = ContactOf(entry.Member);
        contact.Since = (ulong)entry.Since;
        return contact;
    }

    private static Wired.Contact ContactOf(VotingMember m) =>
        new() { Id = m.Id.Value, Name = m.Name, Host = m.Host, Port = (uint)m.Port, BirthMs = (ulong)m.BirthMs };

    private static bool ReadsOrRefuses(byte[] bytes)
    {
        try
        {
            return PeerCodec.Read(bytes, Route) is not null;
        }
        catch (PeerProtocolException)
        {
            return true;
        }
    }

    private static string Refused(Wired.Ballot ballot) => Refused(new Wired.Frame { Ballot = ballot }.ToByteArray());

    private static string Refused(byte[] frame) => Should.Throw<PeerProtocolException>(() => PeerCodec.Read(frame, Route)).Message;
}
