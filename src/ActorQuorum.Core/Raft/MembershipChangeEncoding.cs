using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>Changes as bytes, on their way to the leader.</summary>
internal static class MembershipChangeEncoding
{
    private const byte AttachKind = 1;
    private const byte LearnKind = 2;
    private const byte PromoteKind = 3;
    private const byte DetachKind = 4;
    private const byte UpdateKind = 5;

    public static byte[] Encode(MembershipChange change)
    {
        var writer = new ByteWriter();
        switch (change)
        {
            case AttachMembers attach:
                writer.Byte(AttachKind);
                writer.Milliseconds(attach.Patience);
                WriteNewcomers(writer, attach.Newcomers);
                break;
            case AddLearners learners:
                writer.Byte(LearnKind);
                WriteNewcomers(writer, learners.Newcomers);
                break;
            case PromoteMembers promote:
                writer.Byte(PromoteKind);
                WriteIds(writer, promote.Members);
                break;
            case DetachMembers detach:
                writer.Byte(DetachKind);
                WriteIds(writer, detach.Members);
                break;
            case UpdateContact update:
                writer.Byte(UpdateKind);
                writer.UInt64(update.Member.Value);
                MembershipEncoding.WriteContact(writer, update.Contact);
                break;
            default:
                throw new InvariantViolationException($"unknown change {change.GetType().Name}");
        }

        return writer.ToArray();
    }

    /// <summary>Reads a change; false if the bytes are none.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out MembershipChange? change)
    {
        var reader = new ByteReader(bytes);
        change = reader.Byte() switch
        {
            AttachKind => ReadAttach(ref reader),
            LearnKind => new AddLearners(ReadNewcomers(ref reader)),
            PromoteKind => new PromoteMembers(ReadIds(ref reader)),
            DetachKind => new DetachMembers(ReadIds(ref reader)),
            UpdateKind => new UpdateContact(new(reader.UInt64()), MembershipEncoding.ReadContact(ref reader)),
            _ => null,
        };
        if (!reader.IsDone) change = null;
        return change is not null;
    }

    private static AttachMembers ReadAttach(ref ByteReader reader)
    {
        var patience = reader.Milliseconds();
        return new(ReadNewcomers(ref reader), patience);
    }

    private static void WriteNewcomers(ByteWriter writer, ImmutableArray<Newcomer> newcomers)
    {
        writer.UInt16(newcomers.Length);
        foreach (var newcomer in newcomers)
        {
            writer.UInt64(newcomer.Id.Value);
            MembershipEncoding.WriteContact(writer, newcomer.Contact);
        }
    }

    private static ImmutableArray<Newcomer> ReadNewcomers(ref ByteReader reader)
    {
        var newcomers = ImmutableArray.CreateBuilder<Newcomer>();
        for (var left = ReadCount(ref reader); left > 0 && reader.IsWhole; left--)
        {
            var id = new MemberId(reader.UInt64());
            newcomers.Add(new(id, MembershipEncoding.ReadContact(ref reader)));
        }

        return newcomers.ToImmutable();
    }

    private static void WriteIds(ByteWriter writer, ImmutableArray<MemberId> ids)
    {
        writer.UInt16(ids.Length);
        foreach (var id in ids) writer.UInt64(id.Value);
    }

    private static ImmutableArray<MemberId> ReadIds(ref ByteReader reader)
    {
        var ids = ImmutableArray.CreateBuilder<MemberId>();
        for (var left = ReadCount(ref reader); left > 0 && reader.IsWhole; left--) ids.Add(new(reader.UInt64()));
        return ids.ToImmutable();
    }

    /// <summary>How many follow; a count past the bound makes the change unreadable before memory is taken.</summary>
    private static int ReadCount(ref ByteReader reader)
    {
        var count = reader.UInt16();
        if (count <= Membership.MaxMembers) return count;
        reader.Spoil();
        return 0;
    }
}
