using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;
using static ActorQuorum.Core.Tests.Harness.Changes;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Configurations, changes and marks as bytes: what is written is read, and what is cut or forged is refused.</summary>
[Trait("Row", "CO-3")]
public sealed class MembershipEncodingTests
{
    private static readonly Membership Rich = new((ImmutableArray<ConfiguredMember>)
    [
        new(CoreCluster.Id(1), 1000) { IsVoter = true, IsOutgoing = true, Contact = new("eins", "eins:7101", "eins:2379") },
        new(CoreCluster.Id(2), ulong.MaxValue) { IsOutgoing = true },
        new(CoreCluster.Id(7), 0) { Session = 12, Patience = TimeSpan.FromMinutes(3), Contact = new("größer", "[::1]:1", "") },
    ]);

    [Fact]
    public void A_configuration_is_read_as_it_was_written()
    {
        foreach (var membership in new[] { Rich, new Membership(CoreCluster.View(3)), Joint([1, 2], [2, 3]) })
            Membership.Decode(membership.Encode()).Members.ShouldBe(membership.Members);
    }

    [Fact]
    public void A_configuration_of_which_nothing_new_is_known_is_written_as_it_always_was()
    {
        var bytes = new Membership(CoreCluster.View(2)).Encode();
        Convert.ToHexString(bytes).ShouldBe("0100000000000000E8030000000000000200000000000000D007000000000000");
    }

    [Fact]
    public void A_change_is_read_as_it_was_written()
    {
        MembershipChange[] changes =
        [
            Attach(4, 5), Attach(), Learn(6), Promote(1, 2), Detach(3), new UpdateContact(CoreCluster.Id(1), new("a", "b:1", "")),
        ];
        foreach (var change in changes)
        {
            MembershipChange.TryDecode(change.Encode(), out var read).ShouldBeTrue();
            read!.Encode().ShouldBe(change.Encode());
            read.GetType().ShouldBe(change.GetType());
        }

        MembershipChange.TryDecode(Attach(4).Encode(), out var attach).ShouldBeTrue();
        var found = attach.ShouldBeOfType<AttachMembers>();
        found.Patience.ShouldBe(Patience);
        found.Newcomers.ShouldBe(Attach(4).Newcomers);
    }

    [Fact]
    public void A_mark_is_read_as_it_was_written()
    {
        foreach (var mark in new[] { SnapshotMark.None, new(9, 4, Rich, CoreCluster.View(3)), new SnapshotMark(9, 4, Membership.Empty, []) })
        {
            SnapshotMark.TryDecode(mark.Encode(), out var read).ShouldBeTrue();
            (read.Index, read.Term).ShouldBe((mark.Index, mark.Term));
            read.Membership.Members.ShouldBe(mark.Membership.Members);
            read.Founding.ShouldBe(mark.Founding);
        }
    }

    [Fact]
    public void A_mark_follows_the_entries_that_are_applied()
    {
        var founders = EntryOf(1, 1, new(CoreCluster.View(3)));
        var grown = EntryOf(3, 2, Rich);
        var mark = SnapshotMark.None.After([founders, Logs.EntryOf(2, 1)]).After([grown, Logs.EntryOf(4, 3)]).After([]);
        (mark.Index, mark.Term).ShouldBe((4, 3));
        mark.Membership.Members.ShouldBe(Rich.Members);
        mark.Founding.ShouldBe(CoreCluster.View(3));
        Should.Throw<InvariantViolationException>(() => mark.After([Logs.EntryOf(6, 3)]));
    }

    [Fact]
    public void What_is_cut_is_refused()
    {
        var (configuration, change, mark) = (Rich.Encode(), Attach(4, 5).Encode(), new SnapshotMark(9, 4, Rich, CoreCluster.View(3)).Encode());
        for (var length = 0; length < configuration.Length; length++) MembershipEncoding.TryDecode(configuration.AsSpan(0, length), out _).ShouldBeFalse();
        for (var length = 0; length < change.Length; length++) MembershipChange.TryDecode(change.AsSpan(0, length), out _).ShouldBeFalse();
        for (var length = 1; length < 16; length++) SnapshotMark.TryDecode(mark.AsSpan(0, mark.Length - length), out _).ShouldBeFalse();
        MembershipEncoding.TryDecode([.. configuration, 0], out _).ShouldBeFalse("more than was written");
        MembershipChange.TryDecode([.. change, 0], out _).ShouldBeFalse();
    }

    [Fact]
    public void Any_flipped_byte_is_read_or_refused_but_never_throws()
    {
        var random = new SplitMix64(11);
        for (var round = 0; round < 20_000; round++)
        {
            byte[][] all = [Rich.Encode(), new Membership(CoreCluster.View(2)).Encode(), Attach(4, 5).Encode(), new SnapshotMark(9, 4, Rich, CoreCluster.View(3)).Encode()];
            foreach (var bytes in all)
            {
                for (var flips = random.Below(4); flips >= 0; flips--) bytes[random.Below(bytes.Length)] = (byte)random.Next();
                if (MembershipEncoding.TryDecode(bytes, out var membership)) membership.Voters.ShouldNotBeEmpty();
                MembershipChange.TryDecode(bytes, out _);
                SnapshotMark.TryDecode(bytes, out _);
            }
        }
    }

    [Fact]
    public void Members_out_of_order_twice_or_without_a_voter_are_refused()
    {
        var (one, two) = (new ConfiguredMember(CoreCluster.Id(1), 1) { IsVoter = true }, new ConfiguredMember(CoreCluster.Id(2), 2) { Session = 5 });
        IsRead(one, two).ShouldBeTrue();
        IsRead(two, one).ShouldBeFalse();
        IsRead(one, one with { Session = 5 }).ShouldBeFalse();
        IsRead(two).ShouldBeFalse("nobody votes");
        IsRead(two with { Id = MemberId.None, IsVoter = true }).ShouldBeFalse();
        MembershipEncoding.TryDecode(new byte[16], out _).ShouldBeFalse();
    }

    [Fact]
    public void No_more_members_are_read_than_a_configuration_may_have()
    {
        var members = Enumerable.Range(1, Membership.MaxMembers + 1).Select(n => new Member(CoreCluster.Id(n), 1)).ToList();
        MembershipEncoding.TryDecode(new Membership([.. members]).Encode(), out _).ShouldBeFalse();
        MembershipEncoding.TryDecode(new Membership([.. members.Take(Membership.MaxMembers)]).Encode(), out _).ShouldBeTrue();
        MembershipChange.TryDecode(Promote([.. Enumerable.Range(1, Membership.MaxMembers + 1)]).Encode(), out _).ShouldBeFalse();
    }

    private static bool IsRead(params ConfiguredMember[] members) => MembershipEncoding.TryDecode(new Membership([.. members]).Encode(), out _);
}
