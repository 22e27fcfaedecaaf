using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Transport;
using FsCheck;
using FsCheck.Fluent;
using static ActorQuorum.Tests.Transport.PeerMessageGenerators;

namespace ActorQuorum.Tests.Transport;

/// <summary>Draws what nodes of the constant election say, with small, large and absent values and names of every script.</summary>
internal static class BallotGenerators
{
    private static readonly Gen<long> Number = Gen.OneOf(
        Gen.Constant(0L), Gen.Choose(1, 200).Select(n => (long)n), Gen.Choose(0, 1 << 20).Select(n => (long)PeerCodec.NumberLimit - 1 - n));

    private static readonly Gen<ulong> Raw =
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        from isZero in Gen.Choose(0, 4)
        select isZero == 0 ? 0 : ((ulong)(uint)high << 32) | (uint)low | 1;

    private static readonly Gen<bool> Flag = Gen.Elements(true, false);

    private static readonly Gen<string> Name = Gen.Elements(
        "a", "Knoten größer", "узел-7", "ノード", "نود", "🙂🙃", new string('ノ', VotingOptions.NameLength), string.Concat(Enumerable.Repeat("🙂", 150)));

    public static Gen<VotingMember> Member =>
        from id in Raw
        from name in Name
        from host in Gen.Elements(string.Empty, "10.0.0.1", "fe80::1%eth0", "a-host.example", new string('h', PeerContact.HostLimitBytes))
        from port in Gen.Choose(1, ushort.MaxValue)
        from birth in Number
        select new VotingMember(new MemberId(Math.Max(1, id)), name, host, port, Math.Max(1, birth));

    public static Gen<Ballot> Any { get; } = Gen.OneOf(
        Told(from n in Number.ListOf(8) from since in Number from epoch in Epoch from ids in Raw.ListOf(4) from stance in Gen.Elements(Enum.GetValues<Stance>())
             from metric in Gen.Elements(Enum.GetValues<VotingMetric>()) from standing in Gen.Elements(Enum.GetValues<Standing>())
             select new Beat(
                 Route.From, Route.To, n[0], new TimeSpan(n[1]), new TimeSpan(n[2]), epoch, new MemberId(ids[0]), stance, new RosterStamp(n[3], n[4]),
                 new MemberId(ids[1]), metric, n[5], new FormationId(n[6], ids[2]), since, standing, ids[3])),
        Told(from n in Number.ListOf(4) from epoch in Epoch from stance in Gen.Elements(Enum.GetValues<Stance>()) from members in Member.ListOf()
             from before in Raw.ListOf()
             let ordered = members.DistinctBy(m => m.Id).OrderBy(m => m.Id).Select((m, i) => new RosterEntry(m, (n[0] % 1000) + i)).ToImmutableArray()
             let former = before.Where(id => id != 0).Distinct().Order().Select(id => new MemberId(id)).ToImmutableArray()
             select new RosterTold(
                 Route.From, Route.To, n[0], new TimeSpan(n[1]), epoch, stance, new Roster(new RosterStamp(n[2], n[3]), ordered, former))),
        Told(from members in Member.ListOf() select new ContactsTold(Route.From, Route.To, [.. members])),
        Told(from epoch in Epoch from was in Flag from counter in Number select new Goodbye(Route.From, Route.To, epoch, was, counter)),
        Gen.Constant(new Ballot(new GoodbyeHeard(Route.From, Route.To))),
        Told(from epoch in Epoch from why in Gen.Elements(Enum.GetValues<RefusalReason>()) from holder in Member from has in Flag
             select new Refusal(Route.From, Route.To, why, has ? holder : null, epoch)));

    private static Gen<VotingEpoch> Epoch =>
        from founded in Number from salt in Raw from counter in Number select new VotingEpoch(new FormationId(founded, salt), counter);

    private static Gen<Ballot> Told<T>(Gen<T> messages)
        where T : VotingMessage => messages.Select(message => new Ballot(message));
}
