using System.Buffers.Binary;
using System.Text;
using ActorQuorum.Cli.Keys;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Cli.Bench;

/// <summary>
/// A request that was encoded once: the HTTP/2 header block, and the gRPC message in which only the digits of the key change. Sending one is a
/// copy and eight digits.
/// </summary>
internal sealed class RequestTemplate
{
    public const int KeyDigits = 8;

    private const int GrpcPrefixBytes = 5;

    private readonly byte[] _message;
    private readonly int _digitsAt;

    private RequestTemplate(string path, string authority, IMessage request, ReadOnlySpan<byte> key)
    {
        HeaderBlock = HeaderBlockOf(path, authority);
        var body = request.ToByteArray();
        _message = new byte[GrpcPrefixBytes + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(_message.AsSpan(1), body.Length);
        body.CopyTo(_message, GrpcPrefixBytes);
        _digitsAt = _message.AsSpan().IndexOf(key) + key.Length - KeyDigits;
    }

    /// <summary>The fields of the request, as HPACK without a dynamic table.</summary>
    public byte[] HeaderBlock { get; }

    public int MessageBytes => _message.Length;

    /// <summary>The part of the message with the key in it: it is never split.</summary>
    public int HeadBytes => _digitsAt + KeyDigits;

    public static RequestTemplate Put(Keyspace keys, string authority, int valueBytes)
    {
        var key = keys.Stored(new string('0', KeyDigits));

        // Random, so that nothing on the way can make it shorter; letters, so that it can be looked at.
        var value = new byte[valueBytes];
        var random = new Random(1);
        foreach (ref var letter in value.AsSpan()) letter = (byte)random.Next('a', 'z' + 1);
        return new("/etcdserverpb.KV/Put", authority, new PutRequest { Key = key, Value = ByteString.CopyFrom(value) }, key.Span);
    }

    public static RequestTemplate Get(Keyspace keys, string authority, bool isSerializable)
    {
        var key = keys.Stored(new string('0', KeyDigits));
        return new("/etcdserverpb.KV/Range", authority, new RangeRequest { Key = key, Serializable = isSerializable }, key.Span);
    }

    /// <summary>Copies a piece of the message; one that begins at its beginning holds the whole head.</summary>
    public void CopyTo(Span<byte> into, int from, int key)
    {
        _message.AsSpan(from, into.Length).CopyTo(into);
        if (from > 0) return;
        for (var at = HeadBytes - 1; at >= _digitsAt; at--, key /= 10) into[at] = (byte)('0' + (key % 10));
    }

    private static byte[] HeaderBlockOf(string path, string authority)
    {
        // RFC 7541 appendix A: 3 is ":method POST", 6 is ":scheme http", and 4, 1 and 31 are the names of the next three.
        var block = new List<byte> { 0x83, 0x86, 0x04 };
        AddText(block, path);
        block.Add(0x01);
        AddText(block, authority);
        block.AddRange([0x0f, 31 - 15]);
        AddText(block, "application/grpc");
        block.Add(0x00);
        AddText(block, "te");
        AddText(block, "trailers");
        return [.. block];
    }

    private static void AddText(List<byte> block, string text)
    {
        // Below 127 the length is one byte; a host name is.
        if (text.Length >= 127) throw new CommandFailedException(ExitCode.Usage, $"the address {text} is too long: 126 letters at most.");
        block.Add((byte)text.Length);
        block.AddRange(Encoding.ASCII.GetBytes(text));
    }
}
