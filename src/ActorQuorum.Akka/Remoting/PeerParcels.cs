using System.Collections.Immutable;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Wire;

namespace ActorQuorum.Akka.Remoting;

/// <summary>What the transports of two systems say to each other over Akka.Remote. The set is closed: every kind stands in this file.</summary>
internal abstract record PeerParcel;

/// <summary>Asks a peer to be heard.</summary>
/// <param name="Nonce">A random number that the answer repeats: an answer to an earlier hello is none to this one.</param>
/// <param name="Hello">Who speaks, as over TCP.</param>
internal sealed record HelloParcel(ulong Nonce, Hello Hello) : PeerParcel;

/// <summary>The answer to a hello.</summary>
/// <param name="Nonce">The hello's.</param>
/// <param name="Session">The number that frames must bear from now on: drawn by whoever hears, so that no other can know it; 0 in a refusal.</param>
/// <param name="Credit">How much may be under way.</param>
/// <param name="Reply">The answer, as over TCP.</param>
internal sealed record HelloReplyParcel(ulong Nonce, ulong Session, Credit Credit, HelloReply Reply) : PeerParcel;

/// <summary>How much of a session may be sent and not yet handled.</summary>
/// <param name="Messages">The most messages.</param>
/// <param name="SizeBytes">The most bytes.</param>
internal readonly record struct Credit(long Messages, long SizeBytes);

/// <summary>Frames to send, encoded as over TCP.</summary>
/// <param name="Session">The session's number.</param>
/// <param name="First">The number of the first frame in its session: a gap tells of frames that Akka lost without a word.</param>
/// <param name="Bytes">The parcel's head, left free, and the frames behind it.</param>
internal sealed record OutgoingFrames(ulong Session, long First, byte[] Bytes) : PeerParcel;

/// <summary>Frames that arrived, decoded and checked.</summary>
/// <param name="Session">The session.</param>
/// <param name="First">The number of the first frame in its session.</param>
/// <param name="Frames">The messages, with the size of each frame.</param>
internal sealed record IncomingFrames(InboundSession Session, long First, ImmutableArray<(PeerMessage Message, int SizeBytes)> Frames) : PeerParcel;

/// <summary>Frames of a session broke the protocol.</summary>
/// <param name="Session">The session.</param>
/// <param name="Reason">What they broke.</param>
internal sealed record BrokenFrames(InboundSession Session, string Reason) : PeerParcel;

/// <summary>Frames arrived that belong to no session here: their sender does not know yet that it ended.</summary>
/// <param name="Session">The session's number.</param>
internal sealed record StrayFrames(ulong Session) : PeerParcel;

/// <summary>All that was handled in a session, since it began.</summary>
/// <param name="Session">The session's number.</param>
/// <param name="Handled">The messages and their bytes.</param>
internal sealed record HandledParcel(ulong Session, Credit Handled) : PeerParcel;

/// <summary>A session has ended: what was sent in it may not have arrived.</summary>
/// <param name="Session">The session's number.</param>
internal sealed record EndedParcel(ulong Session) : PeerParcel;
