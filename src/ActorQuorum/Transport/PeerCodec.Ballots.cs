using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using Wired = ActorQuorum.Transport.Wire;

namespace ActorQuorum.Transport;

/// <content>What nodes of the constant election say. The number of members in one message is bounded as the core bounds its members.</content>
internal static partial class PeerCodec
{
    private static void Describe<TSink>(Ballot ballot, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        var measure = default(MeasuringSink);
        Describe(ballot.Message, ref measure);
        sink.Nested(KindOf(ballot.Message), (int)Math.Min(measure.SizeBytes, int.MaxValue));
        Describe(ballot.Message, ref sink);
    }

    private static int KindOf(VotingMessage message) => message switch
    {
        Beat => Wired.Ballot.BeatFieldNumber,
        RosterTold => Wired.Ballot.RosterToldFieldNumber,
        ContactsTold => Wired.Ballot.ContactsToldFieldNumber,
        Goodbye => Wired.Ballot.GoodbyeFieldNumber,
        GoodbyeHeard => Wired.Ballot.GoodbyeHeardFieldNumber,
        Refusal => Wired.Ballot.NotLetInFieldNumber,
        _ => throw new ArgumentException($"A {message.GetType().Name} cannot be sent: it has no form on the wire.", nameof(message)),
    };

    private static void Describe<TSink>(VotingMessage message, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        switch (message)
        {
            case Beat beat:
                Describe(beat, ref sink);
                break;
            case RosterTold told:
                Describe(told, ref sink);
                break;
            case ContactsTold told:
                foreach (var member in told.Contacts)
                {
                    Describe(1, member, 0, ref sink);
                }

                break;
            case Goodbye goodbye:
                Describe(goodbye.Epoch, ref sink);
                sink.Number(4, goodbye.IsFree ? 1UL : 0);
                sink.Number(5, (ulong)goodbye.Counter);
                break;
            case Refusal refusal:
                Describe(refusal.SeenEpoch, ref sink);
                sink.Number(4, (ulong)refusal.Why);
                if (refusal.Holder is { } holder)
                {
                    Describe(5, holder, 0, ref sink);
                }

                break;
        }
    }

    private static void Describe<TSink>(Beat beat, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        Describe(beat.Epoch, ref sink);
        sink.Number(4, (ulong)beat.Sequence);
        sink.Number(5, (ulong)beat.SentAt.Ticks);
        sink.Number(6, (ulong)beat.EchoedAt.Ticks);
        sink.Fixed(7, beat.Master.Value);
        sink.Number(8, (ulong)beat.Stance);
        sink.Number(9, (ulong)beat.Stamp.Counter);
        sink.Number(10, (ulong)beat.Stamp.Version);
        sink.Fixed(11, beat.Vote.Value);
        sink.Number(12, (ulong)beat.Metric);
        sink.Number(13, (ulong)beat.Counter);
        sink.Number(14, (ulong)beat.Joining.FoundedMs);
        sink.Fixed(15, beat.Joining.Salt);
        sink.Number(16, (ulong)beat.OpenSince);
        sink.Number(17, (ulong)beat.Standing);
        sink.Fixed(18, beat.ContactsHash);
    }

    private static void Describe<TSink>(RosterTold told, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        Describe(told.Epoch, ref sink);
        sink.Number(4, (ulong)told.Sequence);
        sink.Number(5, (ulong)told.SentAt.Ticks);
        sink.Number(6, (ulong)told.Stance);
        sink.Number(7, (ulong)told.Roster.Stamp.Counter);
        sink.Number(8, (ulong)told.Roster.Stamp.Version);
        foreach (var (member, since) in told.Roster.Members)
        {
            Describe(9, member, since, ref sink);
        }

        foreach (var id in told.Roster.Before)
        {
            sink.Fixed(10, id.Value);
        }
    }

    private static void Describe<TSink>(VotingEpoch epoch, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Number(1, (ulong)epoch.Formation.FoundedMs);
        sink.Fixed(2, epoch.Formation.Salt);
        sink.Number(3, (ulong)epoch.Counter);
    }

    private static void Describe<TSink>(int field, VotingMember member, long since, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        var measure = default(MeasuringSink);
        Describe(member, since, ref measure);
        sink.Nested(field, (int)measure.SizeBytes);
        Describe(member, since, ref sink);
    }

    private static void Describe<TSink>(VotingMember member, long since, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Fixed(1, member.Id.Value);
        sink.Text(2, member.Name);
        sink.Text(3, member.Host.Length > 0 ? member.Host : null);
        sink.Number(4, (uint)member.Port);
        sink.Number(5, (ulong)member.BirthMs);
        sink.Number(6, (ulong)since);
    }

    private static Ballot ReadBallot(ref FieldReader reader, PeerRoute route)
    {
        VotingMessage? message = null;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(Wired.Ballot.GroupFieldNumber, WireType.Varint))
            {
                var group = reader.Number();
                if (group != 0)
                {
                    throw new PeerProtocolException($"the group {group} is of no constant election here");
                }
            }
            else if ((tag & 7) != (uint)WireType.LengthPrefixed || tag >> 3 is < Wired.Ballot.BeatFieldNumber or > Wired.Ballot.NotLetInFieldNumber)
            {
                reader.Skip(tag);
            }
            else if (message is null)
            {
                message = ReadVoting((int)(tag >> 3), new FieldReader(reader.Bytes()), route);
            }
            else
            {
                throw new PeerProtocolException("a ballot bears two messages");
            }
        }

        return new Ballot(message ?? throw new PeerProtocolException("a ballot bears no message of a kind known here"));
    }

    private static VotingMessage ReadVoting(int kind, FieldReader reader, PeerRoute route)
    {
        var fields = new VotingFields();
        fields.ReadAll(ref reader, kind switch
        {
            Wired.Ballot.RosterToldFieldNumber => 9,
            Wired.Ballot.ContactsToldFieldNumber => 1,
            Wired.Ballot.NotLetInFieldNumber => 5,
            _ => 0,
        });
        return kind switch
        {
            Wired.Ballot.BeatFieldNumber => ReadBeat(in fields, route),
            Wired.Ballot.RosterToldFieldNumber => ReadRosterTold(in fields, route),
            Wired.Ballot.ContactsToldFieldNumber => new ContactsTold(route.From, route.To, [.. fields.Entries.Select(entry => entry.Member)]),
            Wired.Ballot.GoodbyeFieldNumber => new Goodbye(route.From, route.To, fields.Epoch, fields.Flag(4), fields.Long(5)),
            Wired.Ballot.GoodbyeHeardFieldNumber => new GoodbyeHeard(route.From, route.To),
            _ => ReadRefusal(in fields, route),
        };
    }

    private static Beat ReadBeat(in VotingFields fields, PeerRoute route) => new(
        route.From, route.To, fields.Long(4), fields.Time(5), fields.Time(6), fields.Epoch, fields.Id(7), fields.Choice(8, Stance.Resigned),
        new RosterStamp(fields.Long(9), fields.Long(10)), fields.Id(11), fields.Choice(12, VotingMetric.LowestPort), fields.Long(13),
        new FormationId(fields.Long(14), fields.Raw(15)), fields.Long(16),
        fields.Choice(17, Standing.Abstaining), fields.Raw(18));

    private static RosterTold ReadRosterTold(in VotingFields fields, PeerRoute route)
    {
        // The core looks a member up by halving.
        var members = fields.Entries;
        for (var i = 1; i < members.Length; i++)
        {
            CheckAscends(members[i - 1].Id, members[i].Id);
        }

        var before = fields.Ids;
        for (var i = 1; i < before.Length; i++)
        {
            CheckAscends(before[i - 1], before[i]);
        }

        var stamp = new RosterStamp(fields.Long(7), fields.Long(8));
        return new RosterTold(
            route.From, route.To, fields.Long(4), fields.Time(5), fields.Epoch, fields.Choice(6, Stance.Resigned), new Roster(stamp, members, before));
    }

    private static Refusal ReadRefusal(in VotingFields fields, PeerRoute route)
    {
        var why = fields.Choice(4, RefusalReason.Full);
        return why == 0
            ? throw new PeerProtocolException("a node is not let in for no reason")
            : new Refusal(route.From, route.To, why, fields.Entries is [.., var holder] ? holder.Member : null, fields.Epoch);
    }

    private static void CheckAscends(MemberId one, MemberId next)
    {
        if (one >= next)
        {
            throw new PeerProtocolException($"a roster names member {next} behind {one}");
        }
    }
}
