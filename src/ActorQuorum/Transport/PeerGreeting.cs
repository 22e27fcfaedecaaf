using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport.Discovery;
using ActorQuorum.Transport.Wire;
using Google.Protobuf;
using VotingMember = ActorQuorum.Core.Voting.VotingMember;

namespace ActorQuorum.Transport;

/// <summary>The hello and its answer: who speaks, to whom, and whether that may be.</summary>
internal static class PeerGreeting
{
    /// <summary>The frames' version. Raised only when an old node could not read them; new kinds wait for the cluster's version.</summary>
    public const uint ProtocolVersion = 1;

    /// <summary>The largest hello or answer: whoever has not said who it is gets no more memory.</summary>
    public const int LimitBytes = 4 << 10;

    private const int ShownCharacters = 500;

    /// <summary>The hello of this node to a peer.</summary>
    public static Hello Hello(PeerTransportOptions self, MemberId to, bool isBulk = false) => new()
    {
        ProtocolVersion = ProtocolVersion,
        ClusterId = self.ClusterId,
        From = self.Self.Value,
        To = to.Value,
        Incarnation = self.Incarnation,
        Name = self.Name,
        IsBulk = isBulk,
        Host = self.Contact?.Host ?? AddressOf(self).Host,
        Port = (uint)(self.Contact?.Port ?? AddressOf(self).Port),
        BirthMs = (ulong)(self.Contact?.BirthMs ?? 0),
    };

    /// <summary>How a dialler of the constant election presents itself.</summary>
    /// <param name="hello">Its hello.</param>
    /// <param name="source">Where it dialled from.</param>
    public static VotingMember ContactOf(Hello hello, IPAddress source)
    {
        var contact = new VotingMember(
            new MemberId(hello.From), hello.Name, hello.Host, (int)Math.Min(hello.Port, int.MaxValue), (long)Math.Min(hello.BirthMs, long.MaxValue));
        return PeerContact.Objection(contact) is null ? contact with { Host = ReachableAddress.Believed(contact.Host, source) } : contact;
    }

    /// <summary>Where a caller that is none of the peers listens, as it says; null if it does not, or nobody is let in.</summary>
    public static PeerAddress? AddressOfCaller(PeerTransportOptions self, Hello hello) =>
        self.Contact is null && self.LetsCallersIn?.Invoke() == true && PeerContact.IsHost(hello.Host) && hello.Port is > 0 and <= ushort.MaxValue
            ? new(Shown(hello.Name), new HostAndPort(hello.Host, (int)hello.Port).ToString())
            : null;

    /// <summary>Judges a hello: the first check that fails is the answer.</summary>
    /// <param name="self">This member.</param>
    /// <param name="hello">The hello.</param>
    /// <param name="isPeer">Whether a member is one of those connected to.</param>
    public static HelloReply Judge(PeerTransportOptions self, Hello hello, Func<MemberId, bool> isPeer)
    {
        var from = new MemberId(hello.From);
        var to = new MemberId(hello.To);
        return hello switch
        {
            _ when hello.ProtocolVersion != ProtocolVersion => Answer(self, Refusal.ProtocolVersion,
                $"{self.Name} speaks version {ProtocolVersion} of the peer protocol, {Shown(hello.Name)} version {hello.ProtocolVersion}. "
                + "Run the same release on both."),
            _ when hello.ClusterId != self.ClusterId => Answer(self, Refusal.Cluster,
                $"{self.Name} belongs to cluster {self.ClusterId:x}, {Shown(hello.Name)} to cluster {hello.ClusterId:x}. "
                + "Compare cluster.id, the members' names and addresses, and the data directories."),
            _ when to != self.Self => Answer(self, Refusal.NotMe,
                $"here listens {self.Name} (member {self.Self}), not member {to}. Compare the members' peer addresses."),
            _ when from == self.Self => Answer(self, Refusal.IsMe,
                $"the caller says it is {self.Name} (member {self.Self}), which listens here. "
                + "Two nodes may run under one name: compare node.name."),
            _ when self.Contact is not null && PeerContact.Objection(ContactOf(hello, IPAddress.None)) is { } objection => Answer(self, Refusal.Malformed,
                $"{Shown(hello.Name)} does not present itself: {objection}."),
            _ when self.Contact is null && !isPeer(from) && AddressOfCaller(self, hello) is null => Answer(self, Refusal.NotAMember,
                $"{Shown(hello.Name)} (member {from}) is not a member of the cluster that {self.Name} knows. "
                + "It was removed, or not added yet; if neither, compare cluster.members."),
            _ when hello.Incarnation == 0 => Answer(self, Refusal.Malformed, $"the hello of {Shown(hello.Name)} bears no incarnation."),
            _ => Answer(self, Refusal.None, string.Empty),
        };
    }

    /// <summary>Why the answer to a hello does not make a connection, or null if it does.</summary>
    public static string? Objection(PeerTransportOptions self, MemberId to, HelloReply reply) => reply switch
    {
        { Accepted: false } => $"it refused this node ({reply.Refusal}): {Shown(reply.Reason)}",
        _ when reply.ProtocolVersion != ProtocolVersion =>
            $"it speaks version {reply.ProtocolVersion} of the peer protocol, this node {ProtocolVersion}",
        _ when reply.ClusterId != self.ClusterId => $"it belongs to cluster {reply.ClusterId:x}, this node to {self.ClusterId:x}",
        _ when reply.From != to.Value => $"{Shown(reply.Name)} (member {reply.From:x}) answered there",
        _ => null,
    };

    /// <summary>Sends a hello or its answer as one frame.</summary>
    public static async Task SendAsync(Socket socket, IMessage message, CancellationToken cancellationToken)
    {
        var size = message.CalculateSize();
        var frame = new byte[PeerCodec.PrefixBytes + size];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)size);
        message.WriteTo(frame.AsSpan(PeerCodec.PrefixBytes));
        await socket.SendAsync(frame, SocketFlags.None, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a hello or its answer.</summary>
    /// <exception cref="IOException">The peer closed the connection first.</exception>
    /// <exception cref="PeerProtocolException">It sent something else.</exception>
    public static async Task<T> ReceiveAsync<T>(FrameReader reader, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        var frame = await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new IOException("it closed the connection before a hello");
        try
        {
            return parser.ParseFrom(frame.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new PeerProtocolException($"its first frame is no hello: {e.Message}");
        }
    }

    /// <summary>A text from the wire as a log may show it: bounded, on one line.</summary>
    public static string Shown(string text)
    {
        var shown = text.Length > ShownCharacters ? text[..ShownCharacters] + "…" : text;
        var clean = new StringBuilder(shown.Length);
        foreach (var character in shown.EnumerateRunes()) clean.Append(PeerContact.Spoils(character) ? "?" : character.ToString());
        return clean.ToString();
    }

    /// <summary>Where this node listens; nowhere that others could dial if the system chooses its port.</summary>
    private static HostAndPort AddressOf(PeerTransportOptions self) => HostAndPort.Parse(self.Listen) is { Port: > 0 } address ? address : new(string.Empty, 0);

    private static HelloReply Answer(PeerTransportOptions self, Refusal refusal, string reason) => new()
    {
        Accepted = refusal == Refusal.None,
        Refusal = refusal,
        Reason = reason,
        ProtocolVersion = ProtocolVersion,
        ClusterId = self.ClusterId,
        From = self.Self.Value,
        Incarnation = self.Incarnation,
        Name = self.Name,
    };
}
