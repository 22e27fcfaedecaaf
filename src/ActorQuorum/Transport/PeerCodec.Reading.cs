using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using Wired = ActorQuorum.Transport.Wire;

namespace ActorQuorum.Transport;

/// <content>Frames as messages, each number checked before it leaves here.</content>
internal static partial class PeerCodec
{
    private delegate PeerMessage BodyReader(ref FieldReader reader, PeerRoute route);

    /// <summary>Reads a frame without its length prefix. Payloads are copied out, so that no entry keeps a whole frame alive.</summary>
    /// <exception cref="PeerProtocolException">The frame is not one the protocol allows.</exception>
    public static PeerMessage Read(ReadOnlySpan<byte> frame, PeerRoute route)
    {
        var reader = new FieldReader(frame);
        PeerMessage? message = null;
        while (reader.Next(out var tag))
        {
            if (BodyOf(tag) is not { } body)
            {
                reader.Skip(tag);
            }
            else if (message is null)
            {
                var fields = new FieldReader(reader.Bytes());
                message = body(ref fields, route);
            }
            else
            {
                throw new PeerProtocolException("a frame bears two messages");
            }
        }

        return message ?? throw new PeerProtocolException("a frame bears no message of a kind known here");
    }

    private static BodyReader? BodyOf(uint tag) => (tag & 7) != (uint)WireType.LengthPrefixed ? null : (tag >> 3) switch
    {
        Wired.Frame.RequestVoteFieldNumber => ReadRequestVote,
        Wired.Frame.RequestVoteReplyFieldNumber => ReadRequestVoteReply,
        Wired.Frame.AppendEntriesFieldNumber => ReadAppendEntries,
        Wired.Frame.AppendEntriesReplyFieldNumber => ReadAppendEntriesReply,
        Wired.Frame.HeartbeatFieldNumber => ReadHeartbeat,
        Wired.Frame.HeartbeatReplyFieldNumber => ReadHeartbeatReply,
        Wired.Frame.TimeoutNowFieldNumber => ReadTimeoutNow,
        Wired.Frame.IntroductionFieldNumber => ReadIntroduction,
        Wired.Frame.ForwardFieldNumber => ReadForward,
        Wired.Frame.ForwardReplyFieldNumber => ReadForwardReply,
        Wired.Frame.BallotFieldNumber => ReadBallot,
        Wired.Frame.ProcessorsToldFieldNumber => ReadProcessorsTold,
        var other => SnapshotBodyOf(other),
    };

    private static Consensus ReadRequestVote(ref FieldReader reader, PeerRoute route)
    {
        var numbers = new Numbers();
        numbers.ReadAll(ref reader);
        return new Consensus(new RequestVote(
            numbers.Group, route.From, route.To, numbers[2], route.Incarnation, numbers[3], numbers[4], numbers.Flag(5), numbers.Flag(6)));
    }

    private static Consensus ReadRequestVoteReply(ref FieldReader reader, PeerRoute route)
    {
        var numbers = new Numbers();
        numbers.ReadAll(ref reader);
        return new Consensus(new RequestVoteReply(
            numbers.Group, route.From, route.To, numbers[2], route.Incarnation, numbers[3], numbers.Flag(4), numbers.Flag(5)));
    }

    private static Consensus ReadAppendEntriesReply(ref FieldReader reader, PeerRoute route)
    {
        var numbers = new Numbers();
        numbers.ReadAll(ref reader);
        return new Consensus(new AppendEntriesReply(
            numbers.Group, route.From, route.To, numbers[2], route.Incarnation, numbers.Flag(3), numbers[4], numbers[5], numbers[6],
            numbers.Flag(7))
        {
            Session = numbers[8],
        });
    }

    private static Consensus ReadHeartbeat(ref FieldReader reader, PeerRoute route)
    {
        var numbers = new Numbers();
        var founding = 0UL;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(6, WireType.Fixed64))
            {
                founding = reader.Fixed();
            }
            else
            {
                numbers.Read(ref reader, tag);
            }
        }

        return new Consensus(new Heartbeat(numbers.Group, route.From, route.To, numbers[2], route.Incarnation, numbers[3], numbers[4])
        {
            Session = numbers[5],
            Founding = founding,
        });
    }

    private static Consensus ReadHeartbeatReply(ref FieldReader reader, PeerRoute route)
    {
        var numbers = new Numbers();
        numbers.ReadAll(ref reader);
        return new Consensus(new HeartbeatReply(
            numbers.Group, route.From, route.To, numbers[2], route.Incarnation, numbers[3], numbers.Flag(4))
        {
            Session = numbers[5],
        });
    }

    private static Consensus ReadTimeoutNow(ref FieldReader reader, PeerRoute route)
    {
        var numbers = new Numbers();
        numbers.ReadAll(ref reader);
        return new Consensus(new TimeoutNow(numbers.Group, route.From, route.To, numbers[2], route.Incarnation));
    }

    private static Consensus ReadAppendEntries(ref FieldReader reader, PeerRoute route)
    {
        var numbers = new Numbers();
        var entries = ImmutableArray.CreateBuilder<Entry>();
        var founding = 0UL;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(6, WireType.LengthPrefixed))
            {
                var entry = ReadEntry(reader.Bytes());
                CheckFollows(entries.Count > 0 ? entries[^1] : null, entry);
                entries.Add(entry);
            }
            else if (tag == FieldReader.Tag(8, WireType.Fixed64))
            {
                founding = reader.Fixed();
            }
            else
            {
                numbers.Read(ref reader, tag);
            }
        }

        // The previous entry's fields may stand behind the entries: protobuf does not promise an order.
        var (term, previousIndex, previousTerm) = (numbers[2], numbers[3], numbers[4]);
        if (entries.Count > 0 && (entries[0].Index != previousIndex + 1 || entries[0].Term < previousTerm || entries[^1].Term > term))
        {
            throw new PeerProtocolException(
                $"entries {entries[0].Index} to {entries[^1].Index} of terms {entries[0].Term} to {entries[^1].Term} "
                + $"do not follow index {previousIndex} of term {previousTerm} in term {term}");
        }

        return new Consensus(new AppendEntries(
            numbers.Group, route.From, route.To, term, route.Incarnation,
            previousIndex, previousTerm, entries.DrainToImmutable(), numbers[5])
        {
            Session = numbers[7],
            Founding = founding,
        });
    }

    private static void CheckFollows(Entry? previous, Entry entry)
    {
        if (entry.Index < 1 || entry.Term < 1)
        {
            throw new PeerProtocolException($"an entry has index {entry.Index} and term {entry.Term}; both begin at 1");
        }

        if (previous is not null && (entry.Index != previous.Index + 1 || entry.Term < previous.Term))
        {
            throw new PeerProtocolException(
                $"an entry with index {entry.Index} of term {entry.Term} follows index {previous.Index} of term {previous.Term}");
        }
    }

    private static Entry ReadEntry(ReadOnlySpan<byte> source)
    {
        var reader = new FieldReader(source);
        var numbers = new Numbers();
        ReadOnlySpan<byte> payload = default;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(4, WireType.LengthPrefixed))
            {
                payload = reader.Bytes();
            }
            else
            {
                numbers.Read(ref reader, tag);
            }
        }

        var kind = (EntryKind)Below(numbers[3], (long)EntryKind.Configuration + 1, "entry kind");
        return new Entry(numbers[1], numbers[2], kind, payload.ToArray());
    }

    private static Consensus ReadIntroduction(ref FieldReader reader, PeerRoute route)
    {
        var numbers = new Numbers();
        var view = ImmutableArray.CreateBuilder<Member>();
        var seen = new HashSet<MemberId>();
        MemberContact? contact = null;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(5, WireType.LengthPrefixed))
            {
                contact = ReadContact(reader.Bytes());
                continue;
            }

            if (tag != FieldReader.Tag(4, WireType.LengthPrefixed))
            {
                numbers.Read(ref reader, tag);
                continue;
            }

            var member = ReadMember(reader.Bytes());
            if (member.Id.IsNone || view.Count == ViewLimit || !seen.Add(member.Id))
            {
                throw new PeerProtocolException($"member {member.Id} in a view is nobody, twice there, or beyond {ViewLimit} members");
            }

            view.Add(member);
        }

        var phase = (FoundingPhase)Below(numbers[3], (long)FoundingPhase.Proven + 1, "founding phase");
        return new Consensus(new Introduction(
            numbers.Group, route.From, route.To, numbers[2], route.Incarnation, phase, view.DrainToImmutable())
        {
            Contact = contact,
        });
    }

    private static MemberContact ReadContact(ReadOnlySpan<byte> source)
    {
        var reader = new FieldReader(source);
        var contact = MemberContact.Unknown;
        while (reader.Next(out var tag))
        {
            switch (tag)
            {
                case (1 << 3) | (uint)WireType.LengthPrefixed:
                    contact = contact with { Name = reader.Text(MemberContact.TextSizeBytes) };
                    break;
                case (2 << 3) | (uint)WireType.LengthPrefixed:
                    contact = contact with { Peer = reader.Text(MemberContact.TextSizeBytes) };
                    break;
                case (3 << 3) | (uint)WireType.LengthPrefixed:
                    contact = contact with { Client = reader.Text(MemberContact.TextSizeBytes) };
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return contact;
    }

    private static Member ReadMember(ReadOnlySpan<byte> source)
    {
        var reader = new FieldReader(source);
        ulong id = 0;
        ulong incarnation = 0;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(1, WireType.Fixed64))
            {
                id = reader.Fixed();
            }
            else if (tag == FieldReader.Tag(2, WireType.Fixed64))
            {
                incarnation = reader.Fixed();
            }
            else
            {
                reader.Skip(tag);
            }
        }

        return new Member(new MemberId(id), incarnation);
    }

    private static long Below(long value, long end, string what) =>
        value < end ? value : throw new PeerProtocolException($"the {what} {value} is unknown here");
}
