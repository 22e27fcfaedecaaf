using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>
/// Configurations as bytes. A configuration of voters that nothing more is known of is written as it always was: id and incarnation, one
/// voter behind the other. Anything more begins with an id that no member has, zero, and a version.
/// </summary>
internal static class MembershipEncoding
{
    private const int BytesPerVoter = 16;
    private const byte Version = 2;
    private const byte VoterFlag = 1;
    private const byte OutgoingFlag = 2;

    public static byte[] Encode(Membership membership)
    {
        var writer = new ByteWriter();
        if (membership.Members.All(IsPlain))
        {
            foreach (var member in membership.Members) WriteBinding(writer, new(member.Id, member.Incarnation));
            return writer.ToArray();
        }

        writer.UInt64(0);
        writer.Byte(Version);
        writer.UInt16(membership.Members.Length);
        foreach (var member in membership.Members) Write(writer, member);
        return writer.ToArray();
    }

    /// <summary>Reads a configuration; false if the bytes are none.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Membership membership)
    {
        membership = Membership.Empty;
        if (bytes.IsEmpty) return false;
        var reader = new ByteReader(bytes);
        var isFirstForm = bytes.Length % BytesPerVoter == 0 && bytes[..8].ContainsAnyExcept((byte)0);
        if (isFirstForm) return TryReadBindings(bytes, out var voters) && IsOrdered(membership = new(voters));
        if (reader.UInt64() != 0 || reader.Byte() != Version) return false;
        var count = reader.UInt16();
        if (count is 0 or > Membership.MaxMembers) return false;
        var members = ImmutableArray.CreateBuilder<ConfiguredMember>(count);
        for (var i = 0; i < count && reader.IsWhole; i++) members.Add(Read(ref reader));
        if (!reader.IsDone) return false;
        membership = new(members.MoveToImmutable());
        return IsOrdered(membership);
    }

    public static void WriteContact(ByteWriter writer, MemberContact contact)
    {
        writer.Text(contact.Name);
        writer.Text(contact.Peer);
        writer.Text(contact.Client);
    }

    public static MemberContact ReadContact(ref ByteReader reader)
    {
        var name = reader.Text(MemberContact.TextSizeBytes);
        var peer = reader.Text(MemberContact.TextSizeBytes);
        return new(name, peer, reader.Text(MemberContact.TextSizeBytes));
    }

    /// <summary>Who is bound to what: id and incarnation, one behind the other.</summary>
    public static void WriteBinding(ByteWriter writer, Member member)
    {
        writer.UInt64(member.Id.Value);
        writer.UInt64(member.Incarnation);
    }

    public static bool TryReadBindings(ReadOnlySpan<byte> bytes, out ImmutableArray<Member> bindings)
    {
        bindings = [];
        if (bytes.Length % BytesPerVoter != 0 || bytes.Length / BytesPerVoter > Membership.MaxMembers) return false;
        var reader = new ByteReader(bytes);
        var members = ImmutableArray.CreateBuilder<Member>(bytes.Length / BytesPerVoter);
        while (!reader.IsDone) members.Add(new(new(reader.UInt64()), reader.UInt64()));
        bindings = members.MoveToImmutable();
        return true;
    }

    private static bool IsPlain(ConfiguredMember member) =>
        member is { IsVoter: true, IsOutgoing: false, Session: 0 } && member.Contact == MemberContact.Unknown;

    private static void Write(ByteWriter writer, ConfiguredMember member)
    {
        WriteBinding(writer, new(member.Id, member.Incarnation));
        writer.Natural(member.Session);
        writer.Milliseconds(member.Patience);
        writer.Byte((byte)((member.IsVoter ? VoterFlag : 0) | (member.IsOutgoing ? OutgoingFlag : 0)));
        WriteContact(writer, member.Contact);
    }

    private static ConfiguredMember Read(ref ByteReader reader)
    {
        var (id, incarnation) = (new MemberId(reader.UInt64()), reader.UInt64());
        var (session, patience) = (reader.Natural(), reader.Milliseconds());
        var flags = reader.Byte();
        return new(id, incarnation)
        {
            Session = session,
            Patience = patience,
            IsVoter = (flags & VoterFlag) != 0,
            IsOutgoing = (flags & OutgoingFlag) != 0,
            Contact = ReadContact(ref reader),
        };
    }

    /// <summary>Each member once, in ascending order, and somebody votes.</summary>
    private static bool IsOrdered(Membership membership)
    {
        for (var i = 0; i < membership.Members.Length; i++)
            if (membership.Members[i].Id <= (i == 0 ? MemberId.None : membership.Members[i - 1].Id))
                return false;
        return !membership.Voters.IsEmpty;
    }
}
