using System.Buffers.Binary;
using Google.Protobuf;

namespace ActorQuorum.Cli.Client;

/// <summary>gRPC's framing of one message: a compression flag, four bytes of length, the message.</summary>
internal static class GrpcFrame
{
    private const int HeaderBytes = 5;

    public static byte[] Encode(IMessage message)
    {
        var frame = new byte[HeaderBytes + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - HeaderBytes);
        message.WriteTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    /// <exception cref="InvalidDataException">The stream does not hold one whole uncompressed message of at most <paramref name="limitBytes"/>.</exception>
    public static async Task<T> ReadAsync<T>(Stream stream, MessageParser<T> parser, int limitBytes, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        return await TryReadAsync(stream, parser, limitBytes, cancellationToken)
            ?? throw new InvalidDataException("the answer ends before its message.");
    }

    /// <summary>Reads the next message of a stream; null at its end.</summary>
    /// <exception cref="InvalidDataException">It breaks off, or is compressed, or over the limit.</exception>
    public static async Task<T?> TryReadAsync<T>(Stream stream, MessageParser<T> parser, int limitBytes, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        var header = new byte[HeaderBytes];
        var read = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellationToken);
        if (read == 0) return default;
        if (read < HeaderBytes)
            throw new InvalidDataException("the answer breaks off in a message.");
        if (header[0] != 0)
            throw new InvalidDataException("the answer is compressed, which was not asked for.");
        var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
        if (length > limitBytes)
            throw new InvalidDataException($"the answer is {length:N0} bytes long, over the limit of {limitBytes:N0}: ask for fewer keys.");

        var body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return parser.ParseFrom(body);
    }
}
