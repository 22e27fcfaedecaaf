using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.Serialization;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Wire;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace ActorQuorum.Akka.Remoting;

/// <summary>
/// The bytes of parcels: little-endian numbers, then protobuf as over TCP (docs/wire.md). A manifest is one of five words and picks a
/// method here; no word from the wire ever picks a type.
/// </summary>
internal sealed class QuorumSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>The number of this serializer on the wire; those up to 100 are Akka's.</summary>
    public const int WireId = 7101;

    /// <summary>The head of frames: the session, and the number of the first one.</summary>
    public const int FramesHeadBytes = 2 * sizeof(ulong);

    private const string HelloWord = "hello";
    private const string HelloReplyWord = "hello-reply";
    private const string FramesWord = "frames";
    private const string HandledWord = "handled";
    private const string EndedWord = "ended";

    // Serializers are made before the system can have extensions.
    private readonly Lazy<InboundSessions> _sessions = new(() => InboundSessions.Of(system));

    /// <inheritdoc/>
    public override int Identifier => WireId;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        HelloParcel => HelloWord,
        HelloReplyParcel => HelloReplyWord,
        OutgoingFrames => FramesWord,
        HandledParcel => HandledWord,
        EndedParcel => EndedWord,
        _ => throw Unsendable(o),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => obj switch
    {
        HelloParcel(var nonce, var hello) => Write([nonce], hello),
        HelloReplyParcel(var nonce, var session, var credit, var reply) =>
            Write([nonce, session, (ulong)credit.Messages, (ulong)credit.SizeBytes], reply),
        OutgoingFrames frames => WriteHead(frames),
        HandledParcel(var session, var handled) => Write([session, (ulong)handled.Messages, (ulong)handled.SizeBytes], null),
        EndedParcel(var session) => Write([session], null),
        _ => throw Unsendable(obj),
    };

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return manifest switch
            {
                HelloWord => ReadHello(bytes),
                HelloReplyWord => ReadHelloReply(bytes),
                FramesWord => ReadFrames(bytes),
                HandledWord => ReadHandled(bytes),
                EndedWord => new EndedParcel(Numbers(bytes, 1, isWhole: true)[0]),
                _ => throw new SerializationException($"ActorQuorum knows no message of the kind \"{PeerGreeting.Shown(manifest ?? "")}\": run the same release on all members."),
            };
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"a {manifest} of ActorQuorum is no protobuf message: {e.Message}", e);
        }
    }

    private static byte[] Write(ReadOnlySpan<ulong> numbers, IMessage? message)
    {
        var head = numbers.Length * sizeof(ulong);
        var bytes = new byte[head + (message?.CalculateSize() ?? 0)];
        for (var i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), numbers[i]);
        message?.WriteTo(bytes.AsSpan(head));
        return bytes;
    }

    private static byte[] WriteHead(OutgoingFrames frames)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(frames.Bytes, frames.Session);
        BinaryPrimitives.WriteUInt64LittleEndian(frames.Bytes.AsSpan(sizeof(ulong)), (ulong)frames.First);
        return frames.Bytes;
    }

    private static HelloParcel ReadHello(byte[] bytes) => new(Numbers(bytes, 1)[0], Greeting(bytes, 1, Hello.Parser));

    private static HelloReplyParcel ReadHelloReply(byte[] bytes)
    {
        var numbers = Numbers(bytes, 4);
        return new(numbers[0], numbers[1], CreditOf(numbers[2], numbers[3]), Greeting(bytes, 4, HelloReply.Parser));
    }

    private static HandledParcel ReadHandled(byte[] bytes)
    {
        var numbers = Numbers(bytes, 3, isWhole: true);
        return new(numbers[0], CreditOf(numbers[1], numbers[2]));
    }

    /// <summary>A broken frame is its session's fault and ends that; it is no fault of the serializer's.</summary>
    private PeerParcel ReadFrames(byte[] bytes)
    {
        var head = Numbers(bytes, 2);
        if (_sessions.Value.Find(head[0]) is not { } session) return new StrayFrames(head[0]);
        try
        {
            return new IncomingFrames(session, (long)Math.Min(head[1], long.MaxValue), Frames(bytes.AsSpan(FramesHeadBytes), session));
        }
        catch (PeerProtocolException e)
        {
            return new BrokenFrames(session, e.Message);
        }
    }

    private static ImmutableArray<(PeerMessage Message, int SizeBytes)> Frames(ReadOnlySpan<byte> bytes, InboundSession session)
    {
        var frames = ImmutableArray.CreateBuilder<(PeerMessage, int)>();
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < PeerCodec.PrefixBytes) throw new PeerProtocolException("a frame's length is cut off");
            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            if (length > session.FrameSizeBytes)
                throw new PeerProtocolException($"a frame of {length} bytes is over the limit of {session.FrameSizeBytes}");
            if (length > bytes.Length - PeerCodec.PrefixBytes) throw new PeerProtocolException("a frame is cut off");
            var frame = bytes.Slice(PeerCodec.PrefixBytes, (int)length);
            frames.Add((PeerCodec.Read(frame, session.Route), PeerCodec.PrefixBytes + (int)length));
            bytes = bytes[(PeerCodec.PrefixBytes + (int)length)..];
        }

        return frames.DrainToImmutable();
    }

    private static ulong[] Numbers(byte[] bytes, int count, bool isWhole = false)
    {
        var size = count * sizeof(ulong);
        if (bytes.Length < size || (isWhole && bytes.Length > size))
            throw new SerializationException($"a message of ActorQuorum has {bytes.Length} bytes where {size} are due");
        var numbers = new ulong[count];
        for (var i = 0; i < count; i++) numbers[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)));
        return numbers;
    }

    private static T Greeting<T>(byte[] bytes, int numbers, MessageParser<T> parser)
        where T : IMessage<T>
    {
        var greeting = bytes.AsSpan(numbers * sizeof(ulong));
        return greeting.Length <= PeerGreeting.LimitBytes
            ? parser.ParseFrom(greeting)
            : throw new SerializationException($"a hello of {greeting.Length} bytes is over the limit of {PeerGreeting.LimitBytes}");
    }

    private static Credit CreditOf(ulong messages, ulong sizeBytes) =>
        messages < PeerCodec.NumberLimit && sizeBytes < PeerCodec.NumberLimit
            ? new((long)messages, (long)sizeBytes)
            : throw new SerializationException("a credit of ActorQuorum is out of range");

    private static SerializationException Unsendable(object o) =>
        new($"the serializer of ActorQuorum carries what its nodes say to each other, not a {o?.GetType().FullName}");
}
