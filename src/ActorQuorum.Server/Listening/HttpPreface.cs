using System.Buffers;
using System.IO.Pipelines;

namespace ActorQuorum.Server.Listening;

/// <summary>Tells by a connection's first bytes which protocol it speaks. HTTP/2 by prior knowledge opens with a fixed line (RFC 9113 §3.4).</summary>
internal static class HttpPreface
{
    // No HTTP/1 request begins so: the method PRI is reserved for this.
    private static ReadOnlySpan<byte> FirstLine => "PRI * HTTP/2.0\r\n"u8;

    /// <summary>
    /// Looks at the first bytes without consuming them: at most a line's, and fewer where they cannot become it.
    /// Null if the connection ended without a byte.
    /// </summary>
    public static async ValueTask<bool?> IsHttp2Async(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var bytes = result.Buffer;
            var isHttp2 = Judge(bytes);
            if (isHttp2 is null && !result.IsCompleted)
            {
                reader.AdvanceTo(bytes.Start, bytes.End);
                continue;
            }

            // Not examined either: whoever reads next gets the same bytes at once.
            var isEmpty = bytes.IsEmpty;
            reader.AdvanceTo(bytes.Start);
            return isEmpty ? null : isHttp2 ?? false;
        }
    }

    /// <summary>Whether the bytes are HTTP/2's; null while they are too few to tell.</summary>
    private static bool? Judge(ReadOnlySequence<byte> bytes)
    {
        Span<byte> start = stackalloc byte[FirstLine.Length];
        var length = (int)Math.Min(bytes.Length, start.Length);
        bytes.Slice(0, length).CopyTo(start);
        if (!start[..length].SequenceEqual(FirstLine[..length]))
        {
            return false;
        }

        return length == start.Length ? true : null;
    }
}
