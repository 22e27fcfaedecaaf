using System.Buffers.Binary;
using System.Globalization;

namespace ActorQuorum.Cli.Bench;

/// <summary>What the server's frames mean.</summary>
internal sealed partial class LoadConnection
{
    private const byte Padded = 0x8;
    private const byte Priority = 0x20;

    private void TakeFrames(Workload load, long measureFrom)
    {
        var input = _input.AsSpan(0, _filled);
        while (input.Length >= FrameBuffer.HeaderBytes)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(input) >>> 8;
            if (length > FrameLimitBytes) throw new IOException($"a frame of {length} bytes is over the limit of {FrameLimitBytes}");
            if (input.Length < FrameBuffer.HeaderBytes + length) break;
            var stream = BinaryPrimitives.ReadInt32BigEndian(input[5..]) & int.MaxValue;
            TakeFrame((FrameKind)input[3], input[4], stream, input.Slice(FrameBuffer.HeaderBytes, length), load, measureFrom);
            input = input[(FrameBuffer.HeaderBytes + length)..];
        }

        input.CopyTo(_input);
        _filled = input.Length;
        if (_receivedBytes < LargestWindow / 2) return;
        OpenWindow((int)_receivedBytes);
        _receivedBytes = 0;
    }

    private void TakeFrame(FrameKind kind, byte flags, int stream, ReadOnlySpan<byte> payload, Workload load, long measureFrom)
    {
        switch (kind)
        {
            case FrameKind.Data:
                _receivedBytes += payload.Length;
                if (!_callerOf.TryGetValue(stream, out var reader)) break;
                _callers[reader].Received += payload.Length;
                if ((flags & EndStream) != 0) Finish(stream, -1, null, load, measureFrom);
                break;
            case FrameKind.Headers:
                if ((flags & EndHeaders) == 0) throw new IOException("the server splits its header fields, which this bench does not read");
                if ((flags & EndStream) == 0) break;
                Finish(stream, OutcomeFields.Read(Fields(payload, flags), out var message), message, load, measureFrom);
                break;
            case FrameKind.ResetStream:
                Finish(stream, -1, string.Create(CultureInfo.InvariantCulture, $"the server reset the stream: HTTP/2 error {BinaryPrimitives.ReadInt32BigEndian(payload)}"), load, measureFrom);
                break;
            case FrameKind.Settings when (flags & Acknowledgement) == 0:
                TakeSettings(payload);
                break;
            case FrameKind.Ping when (flags & Acknowledgement) == 0:
                payload.CopyTo(_output.Frame(FrameKind.Ping, Acknowledgement, 0, payload.Length));
                break;
            case FrameKind.GoAway:
                throw new IOException("the server ends the connection");
            case FrameKind.WindowUpdate:
                Widen(stream, BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
            default:
                break;
        }
    }

    private static ReadOnlySpan<byte> Fields(ReadOnlySpan<byte> payload, byte flags)
    {
        if ((flags & Padded) != 0) payload = payload[1..^payload[0]];
        return (flags & Priority) != 0 ? payload[5..] : payload;
    }

    private void TakeSettings(ReadOnlySpan<byte> settings)
    {
        for (; settings.Length >= 6; settings = settings[6..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(settings) != 4) continue;
            var window = BinaryPrimitives.ReadInt32BigEndian(settings[2..]);
            foreach (var index in _callerOf.Values) _callers[index].Window += window - _streamWindow;
            _streamWindow = window;
        }

        _output.Frame(FrameKind.Settings, Acknowledgement, 0, 0);
        SendUnsent();
    }

    private void Widen(int stream, int bytes)
    {
        if (stream == 0) _connectionWindow += bytes;
        else if (_callerOf.TryGetValue(stream, out var index)) _callers[index].Window += bytes;
        SendUnsent();
    }
}
