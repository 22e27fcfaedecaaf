using System.Net.Http.Headers;

namespace ActorQuorum.Cli.Client;

/// <summary>gRPC's outcome of a call, from its trailers (or its headers, when there is no answer).</summary>
internal readonly record struct GrpcStatus(int Code, string Message)
{
    public const int Ok = 0;
    private const int Unknown = 2;
    private const int DeadlineExceeded = 4;
    private const int Unavailable = 14;

    // etcd's words, and those of a member that was removed. "server stopped" is not among them: it may follow a write that was taken.
    private static readonly string[] NotTakenWords = ["etcdserver: no leader", "etcdserver: leader changed", "actorquorum: this node is not part of a cluster"];

    public static GrpcStatus? Of(HttpHeaders headers)
    {
        if (!headers.TryGetValues("grpc-status", out var codes))
            return null;
        var message = headers.TryGetValues("grpc-message", out var messages) ? Uri.UnescapeDataString(string.Concat(messages)) : "";
        return new GrpcStatus(int.TryParse(codes.First(), out var code) ? code : Unknown, message);
    }

    public CallFailedException ToException() => new(Failure, Message.Length > 0 ? Message : $"gRPC status {Code} without a word");

    private CallFailure Failure => Code switch
    {
        Unavailable when NotTakenWords.Contains(Message) => CallFailure.NotTaken,
        Unavailable or DeadlineExceeded => CallFailure.Unavailable,
        _ => CallFailure.Refused,
    };
}
