using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Transport;

/// <summary>The fields of one message of the constant election: numbers, zero where absent, and one repeated field of members.</summary>
internal struct VotingFields
{
    private const int Fields = 18;
    private const int IdsField = 10;
    private Slots slots;
    private ImmutableArray<RosterEntry>.Builder? entries;
    private ImmutableArray<MemberId>.Builder? ids;

    /// <summary>The epoch that stands in the first three fields.</summary>
    public readonly VotingEpoch Epoch => new(new FormationId(Long(1), Raw(2)), Long(3));

    /// <summary>The members, each with the number that only a roster gives it.</summary>
    public readonly ImmutableArray<RosterEntry> Entries => entries?.ToImmutable() ?? [];

    /// <summary>The ids of a roster's members before the change.</summary>
    public readonly ImmutableArray<MemberId> Ids => ids?.ToImmutable() ?? [];

    /// <summary>A field as it stands.</summary>
    public readonly ulong Raw(int field) => slots[field - 1];

    /// <summary>A field as a member's number.</summary>
    public readonly MemberId Id(int field) => new(Raw(field));

    /// <summary>A field as a yes or no.</summary>
    public readonly bool Flag(int field) => Raw(field) != 0;

    /// <summary>A field as a number below <see cref="PeerCodec.NumberLimit"/>.</summary>
    public readonly long Long(int field) => Raw(field) < PeerCodec.NumberLimit
        ? (long)Raw(field)
        : throw new PeerProtocolException($"the number {Raw(field)} in field {field} is negative or out of range");

    /// <summary>A field as a time on the sender's clock.</summary>
    public readonly TimeSpan Time(int field) => new(Long(field));

    /// <summary>A field as one of an enumeration's values, from zero to <paramref name="last"/>.</summary>
    public readonly T Choice<T>(int field, T last)
        where T : struct, Enum
    {
        var most = Convert.ToUInt64(last, System.Globalization.CultureInfo.InvariantCulture);
        return Raw(field) <= most
            ? (T)Enum.ToObject(typeof(T), Raw(field))
            : throw new PeerProtocolException($"the {typeof(T).Name} {Raw(field)} is none");
    }

    /// <summary>Reads a message to its end.</summary>
    /// <param name="reader">The message.</param>
    /// <param name="membersField">The field of members; zero if the message has none.</param>
    public void ReadAll(ref FieldReader reader, int membersField)
    {
        while (reader.Next(out var tag))
        {
            Read(ref reader, tag, membersField);
        }
    }

    private void Read(ref FieldReader reader, uint tag, int membersField)
    {
        var field = (int)(tag >> 3);
        switch ((WireType)(tag & 7))
        {
            case WireType.Fixed64 when membersField == 9 && field == IdsField:
                AddId(new MemberId(reader.Fixed()));
                break;
            case WireType.Fixed64 when field <= Fields:
                slots[field - 1] = reader.Fixed();
                break;
            case WireType.Varint when field <= Fields:
                slots[field - 1] = reader.Number();
                break;
            case WireType.LengthPrefixed when field == membersField:
                AddMember(new FieldReader(reader.Bytes()));
                break;
            default:
                reader.Skip(tag);
                break;
        }
    }

    private void AddId(MemberId id)
    {
        ids ??= ImmutableArray.CreateBuilder<MemberId>();
        Bound(ids.Count);
        ids.Add(id);
    }

    private void AddMember(FieldReader reader)
    {
        entries ??= ImmutableArray.CreateBuilder<RosterEntry>();
        Bound(entries.Count);
        var since = 0UL;
        var member = new VotingMember(MemberId.None, string.Empty, string.Empty, 0, 0);
        while (reader.Next(out var tag))
        {
            member = tag switch
            {
                (1 << 3) | (uint)WireType.Fixed64 => member with { Id = new MemberId(reader.Fixed()) },
                (2 << 3) | (uint)WireType.LengthPrefixed => member with { Name = reader.Text(PeerContact.NameLimitBytes) },
                (3 << 3) | (uint)WireType.LengthPrefixed => member with { Host = reader.Text(PeerContact.HostLimitBytes) },
                (4 << 3) | (uint)WireType.Varint => member with { Port = (int)Math.Min(reader.Number(), int.MaxValue) },
                (5 << 3) | (uint)WireType.Varint => member with { BirthMs = (long)Math.Min(reader.Number(), long.MaxValue) },
                (6 << 3) | (uint)WireType.Varint => Numbered(ref reader, member, out since),
                _ => Skipped(ref reader, tag, member),
            };
        }

        entries.Add(PeerContact.Objection(member) is { } objection
            ? throw new PeerProtocolException($"a member is none: {objection}")
            : new RosterEntry(member, since < PeerCodec.NumberLimit ? (long)since : throw new PeerProtocolException($"the number {since} is out of range")));
    }

    private static VotingMember Skipped(ref FieldReader reader, uint tag, VotingMember member)
    {
        reader.Skip(tag);
        return member;
    }

    private static VotingMember Numbered(ref FieldReader reader, VotingMember member, out ulong since)
    {
        since = reader.Number();
        return member;
    }

    private static void Bound(int count)
    {
        if (count >= PeerCodec.ViewLimit)
        {
            throw new PeerProtocolException($"a message names more than {PeerCodec.ViewLimit} members");
        }
    }

    [InlineArray(Fields)]
    private struct Slots
    {
        private ulong first;
    }
}
