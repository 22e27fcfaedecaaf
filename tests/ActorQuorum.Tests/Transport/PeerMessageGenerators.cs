using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Transport;
using FsCheck;
using FsCheck.Fluent;

namespace ActorQuorum.Tests.Transport;

/// <summary>Draws messages of every kind, with small, large and absent values.</summary>
internal static class PeerMessageGenerators
{
    public static readonly PeerRoute Route = new(new MemberId(0xA1), new MemberId(0xB2), 0xC3C3);

    private static readonly Gen<long> Number = Gen.OneOf(
        Gen.Constant(0L),
        Gen.Choose(1, 200).Select(n => (long)n),
        Gen.Choose(0, int.MaxValue).Select(n => (long)n),
        Gen.Choose(0, 1 << 20).Select(n => (long)PeerCodec.NumberLimit - 1 - n));

    private static readonly Gen<ulong> Id =
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        select ((ulong)(uint)high << 32) | (uint)low | 1;

    private static readonly Gen<ulong> Founding = Gen.OneOf(Gen.Constant(0UL), Id);

    private static readonly Gen<int> Group = Gen.OneOf(Gen.Constant(0), Gen.Choose(0, int.MaxValue));

    private static readonly Gen<bool> Flag = Gen.Elements(true, false);

    private static readonly Gen<ReadOnlyMemory<byte>> Payload =
        from size in Gen.OneOf(Gen.Constant(0), Gen.Choose(1, 200), Gen.Choose(16_000, 17_000))
        from first in Gen.Choose(0, 255)
        select new ReadOnlyMemory<byte>([.. Enumerable.Range(first, size).Select(i => (byte)(i * 7))]);

    private static readonly Gen<string?> Text = Gen.Elements(null, string.Empty, "no", "größer als ∞ 🙂", new string('x', 200));

    public static Gen<PeerMessage> Any { get; } = Gen.OneOf(
        Raft(from h in Head from a in Number from b in Number from p in Flag from t in Flag
             select new RequestVote(h.Group, Route.From, Route.To, h.Term, Route.Incarnation, a, b, p, t)),
        Raft(from h in Head from a in Number from g in Flag from p in Flag
             select new RequestVoteReply(h.Group, Route.From, Route.To, h.Term, Route.Incarnation, a, g, p)),
        Raft(Appends),
        Raft(from h in Head from s in Flag from a in Number from b in Number from c in Number from p in Flag from n in Number
             select new AppendEntriesReply(h.Group, Route.From, Route.To, h.Term, Route.Incarnation, s, a, b, c, p) { Session = n }),
        Raft(from h in Head from a in Number from b in Number from n in Number from f in Founding
             select new Heartbeat(h.Group, Route.From, Route.To, h.Term, Route.Incarnation, a, b) { Session = n, Founding = f }),
        Raft(from h in Head from a in Number from p in Flag from n in Number
             select new HeartbeatReply(h.Group, Route.From, Route.To, h.Term, Route.Incarnation, a, p) { Session = n }),
        Raft(from h in Head select new TimeoutNow(h.Group, Route.From, Route.To, h.Term, Route.Incarnation)),
        Raft(Introductions),
        from id in Number from kind in Gen.Elements(Enum.GetValues<RequestKind>()) from payload in Payload
        from patience in Gen.OneOf(Gen.Constant(0L), Gen.Choose(0, int.MaxValue).Select(n => (long)n), Gen.Constant(PeerCodec.PatienceLimit.Ticks))
        select (PeerMessage)new Forward(id, kind, payload, new TimeSpan(patience)),
        from id in Number from code in Gen.OneOf(Gen.Choose(-3, 20), Gen.Choose(int.MinValue, int.MaxValue))
        from error in Text from revision in Number from payload in Payload from detail in Text
        select (PeerMessage)new ForwardReply(id, new CommandResult(code, error, revision, payload), null, detail),
        from id in Number from error in Gen.Elements(Enum.GetValues<QuorumError>()) from detail in Text
        select (PeerMessage)new ForwardReply(id, null, error, detail),
        from id in Number from index in Number from detail in Text
        select (PeerMessage)new ForwardReply(id, null, null, detail, Math.Max(1, index)),
        from transfer in Id from term in Number from index in Number from size in Number
        select (PeerMessage)new SnapshotOffer(transfer, Math.Max(1, term), Math.Max(1, index), 1, Math.Max(1, size)),
        from transfer in Id from offset in Number from crc in Gen.Choose(int.MinValue, int.MaxValue) from payload in Payload
        select (PeerMessage)new SnapshotChunk(transfer, offset, unchecked((uint)crc), payload),
        from transfer in Id from offset in Number from receipt in Gen.Elements(Enum.GetValues<SnapshotReceipt>()) from detail in Text
        select (PeerMessage)new SnapshotProgress(transfer, offset, receipt, detail),
        from number in Number select (PeerMessage)new ProcessorsWanted(Math.Max(1, number)),
        from number in Number from names in Names select (PeerMessage)new ProcessorsTold(number, names));

    private static Gen<ImmutableArray<string>> Names =>
        from names in Gen.Elements("a", "transfer.v2", "Z_1", "-", "9", new string('x', ProcessFields.NameLimit)).ListOf()
        select names.Distinct().Order(StringComparer.Ordinal).ToImmutableArray();

    private static Gen<(int Group, long Term)> Head => from g in Group from t in Number select (g, t);

    private static Gen<AppendEntries> Appends =>
        from h in Head
        from previous in Number.Where(n => n < (long)PeerCodec.NumberLimit - 100)
        from terms in Gen.Choose(1, 9).ListOf()
        from kinds in Gen.Elements(Enum.GetValues<EntryKind>()).ListOf(terms.Count)
        from payloads in Payload.ListOf(terms.Count)
        from commit in Number
        from session in Number
        from founding in Founding
        let ordered = terms.Order().ToArray()
        let entries = ordered.Select((t, i) => new Entry(previous + 1 + i, t, kinds[i], payloads[i])).ToImmutableArray()
        select new AppendEntries(h.Group, Route.From, Route.To, Math.Max(h.Term, 9), Route.Incarnation, previous, 1, entries, commit)
        {
            Session = session,
            Founding = founding,
        };

    private static Gen<Introduction> Introductions =>
        from h in Head
        from phase in Gen.Elements(Enum.GetValues<FoundingPhase>())
        from ids in Id.ListOf()
        from bound in Flag
        from contact in Gen.Elements(null, MemberContact.Unknown, new MemberContact("n1", "größer:7101", ""), new MemberContact("", "", new string('x', 255)))
        let view = ids.Distinct().Select((id, i) => new Member(new MemberId(id), bound ? ~id : 0)).ToImmutableArray()
        select new Introduction(h.Group, Route.From, Route.To, h.Term, Route.Incarnation, phase, view) { Contact = contact };

    private static Gen<PeerMessage> Raft<T>(Gen<T> messages)
        where T : RaftMessage => messages.Select(m => (PeerMessage)new Consensus(m));
}
