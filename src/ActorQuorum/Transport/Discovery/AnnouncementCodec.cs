using System.Net;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Transport.Discovery;

/// <summary>What became of a datagram.</summary>
internal enum AnnouncementVerdict
{
    /// <summary>Another node of this cluster presents itself.</summary>
    Taken,

    /// <summary>It is this node's own, which broadcast brings back.</summary>
    Own,

    /// <summary>It is larger than any announcement.</summary>
    TooLarge,

    /// <summary>It is cut, or no announcement at all.</summary>
    Malformed,

    /// <summary>Its node speaks another version of the protocol.</summary>
    OtherVersion,

    /// <summary>Its node is of another cluster.</summary>
    OtherCluster,
}

/// <summary>A node's announcement as one datagram: the protobuf message <c>Announcement</c> of peer.proto, and nothing around it.</summary>
internal static class AnnouncementCodec
{
    /// <summary>The largest datagram: the longest name and address fit, and it travels in one piece over any Ethernet.</summary>
    public const int LimitBytes = 1400;

    /// <summary>Writes an announcement.</summary>
    public static byte[] Write(ulong clusterId, VotingMember self)
    {
        var measure = default(MeasuringSink);
        Describe(clusterId, self, ref measure);
        var bytes = new byte[measure.SizeBytes];
        var sink = new SpanSink(bytes);
        Describe(clusterId, self, ref sink);
        return bytes;
    }

    /// <summary>Reads a datagram. Its size is checked before a field is, and the cluster before a text is made of it.</summary>
    /// <param name="datagram">The bytes.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="clusterId">This node's cluster.</param>
    /// <param name="self">This node.</param>
    /// <param name="contact">Who presents itself, with an address to dial; null if it was not taken.</param>
    public static AnnouncementVerdict Read(
        ReadOnlySpan<byte> datagram, IPAddress source, ulong clusterId, MemberId self, out VotingMember? contact)
    {
        contact = null;
        if (datagram.Length > LimitBytes)
        {
            return AnnouncementVerdict.TooLarge;
        }

        try
        {
            var verdict = Judge(datagram, clusterId, self);
            if (verdict == AnnouncementVerdict.Taken)
            {
                contact = ReadContact(datagram, source);
            }

            return verdict;
        }
        catch (PeerProtocolException)
        {
            return AnnouncementVerdict.Malformed;
        }
    }

    private static void Describe<TSink>(ulong clusterId, VotingMember self, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Number(Wire.Announcement.ProtocolVersionFieldNumber, PeerGreeting.ProtocolVersion);
        sink.Fixed(Wire.Announcement.ClusterIdFieldNumber, clusterId);
        sink.Fixed(Wire.Announcement.IdFieldNumber, self.Id.Value);
        sink.Text(Wire.Announcement.NameFieldNumber, self.Name);
        sink.Text(Wire.Announcement.HostFieldNumber, self.Host.Length > 0 ? self.Host : null);
        sink.Number(Wire.Announcement.PortFieldNumber, (uint)self.Port);
        sink.Number(Wire.Announcement.BirthMsFieldNumber, (ulong)self.BirthMs);
    }

    private static AnnouncementVerdict Judge(ReadOnlySpan<byte> datagram, ulong clusterId, MemberId self)
    {
        var reader = new FieldReader(datagram);
        ulong version = 0, cluster = 0, id = 0;
        while (reader.Next(out var tag))
        {
            switch (tag)
            {
                case (Wire.Announcement.ProtocolVersionFieldNumber << 3) | (uint)WireType.Varint:
                    version = reader.Number();
                    break;
                case (Wire.Announcement.ClusterIdFieldNumber << 3) | (uint)WireType.Fixed64:
                    cluster = reader.Fixed();
                    break;
                case (Wire.Announcement.IdFieldNumber << 3) | (uint)WireType.Fixed64:
                    id = reader.Fixed();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        // Without these two it is no announcement of any version.
        return version == 0 || cluster == 0 ? AnnouncementVerdict.Malformed
            : version != PeerGreeting.ProtocolVersion ? AnnouncementVerdict.OtherVersion
            : cluster != clusterId ? AnnouncementVerdict.OtherCluster
            : id == self.Value ? AnnouncementVerdict.Own
            : AnnouncementVerdict.Taken;
    }

    private static VotingMember ReadContact(ReadOnlySpan<byte> datagram, IPAddress source)
    {
        var reader = new FieldReader(datagram);
        var contact = new VotingMember(MemberId.None, string.Empty, string.Empty, 0, 0);
        while (reader.Next(out var tag))
        {
            switch (tag)
            {
                case (Wire.Announcement.IdFieldNumber << 3) | (uint)WireType.Fixed64:
                    contact = contact with { Id = new MemberId(reader.Fixed()) };
                    break;
                case (Wire.Announcement.NameFieldNumber << 3) | (uint)WireType.LengthPrefixed:
                    contact = contact with { Name = reader.Text(PeerContact.NameLimitBytes) };
                    break;
                case (Wire.Announcement.HostFieldNumber << 3) | (uint)WireType.LengthPrefixed:
                    contact = contact with { Host = reader.Text(PeerContact.HostLimitBytes) };
                    break;
                case (Wire.Announcement.PortFieldNumber << 3) | (uint)WireType.Varint:
                    contact = contact with { Port = (int)Math.Min(reader.Number(), int.MaxValue) };
                    break;
                case (Wire.Announcement.BirthMsFieldNumber << 3) | (uint)WireType.Varint:
                    contact = contact with { BirthMs = (long)Math.Min(reader.Number(), long.MaxValue) };
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return PeerContact.Objection(contact) is { } objection
            ? throw new PeerProtocolException(objection)
            : contact with { Host = ReachableAddress.Believed(contact.Host, source) };
    }
}
