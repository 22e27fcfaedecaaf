using System.Globalization;
using System.Text;

namespace ActorQuorum.Server.Grpc;

/// <summary>gRPC's codes, those that are used here.</summary>
internal enum GrpcCode
{
    /// <summary>Success.</summary>
    Ok = 0,

    /// <summary>The client gave up.</summary>
    Cancelled = 1,

    /// <summary>The request is wrong whatever the state.</summary>
    InvalidArgument = 3,

    /// <summary>The client's deadline passed.</summary>
    DeadlineExceeded = 4,

    /// <summary>What the request names is not there.</summary>
    NotFound = 5,

    /// <summary>A bound was reached.</summary>
    ResourceExhausted = 8,

    /// <summary>The cluster is not in the state that the request needs.</summary>
    FailedPrecondition = 9,

    /// <summary>The request was carried out up to a point and undone.</summary>
    Aborted = 10,

    /// <summary>A revision that is compacted, or yet to come.</summary>
    OutOfRange = 11,

    /// <summary>No such method, or not supported.</summary>
    Unimplemented = 12,

    /// <summary>The request is no gRPC, or the server is at fault.</summary>
    Internal = 13,

    /// <summary>Not now; try again.</summary>
    Unavailable = 14,
}

/// <summary>A call's outcome, as it stands in the trailers.</summary>
/// <param name="Code">gRPC's code.</param>
/// <param name="Message">What is wrong; null with success.</param>
internal readonly record struct GrpcStatus(GrpcCode Code, string? Message)
{
    /// <summary>Success.</summary>
    public static GrpcStatus Ok => default;

    /// <summary>The message as a header's value: what is not printable ASCII goes as % and UTF-8 in hexadecimal.</summary>
    public string EncodedMessage()
    {
        var message = Message ?? "";
        if (message.All(c => c is >= ' ' and <= '~' and not '%'))
        {
            return message;
        }

        var encoded = new StringBuilder();
        foreach (var next in Encoding.UTF8.GetBytes(message))
        {
            _ = next is >= (byte)' ' and <= (byte)'~' and not (byte)'%'
                ? encoded.Append((char)next)
                : encoded.Append(CultureInfo.InvariantCulture, $"%{next:X2}");
        }

        return encoded.ToString();
    }
}
