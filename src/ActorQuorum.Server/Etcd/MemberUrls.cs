using ActorQuorum.Configuration;
using ActorQuorum.Server.Etcd.Wire;

namespace ActorQuorum.Server.Etcd;

/// <summary>Members between etcd's messages, which give URLs, and ours, which give host:port.</summary>
internal static class MemberUrls
{
    private const string Scheme = "http://";

    /// <summary>A member as etcd's clients know it; what is not known yet is left out, which they take for "not started".</summary>
    public static Member ToWire(MemberInfo member)
    {
        var wire = new Member { ID = member.Id.Value, Name = member.Name, IsLearner = member.IsLearner };
        if (member.PeerAddress.Length > 0)
        {
            wire.PeerURLs.Add(Scheme + member.PeerAddress);
        }

        if (member.ClientAddress.Length > 0)
        {
            wire.ClientURLs.Add(Scheme + member.ClientAddress);
        }

        return wire;
    }

    /// <summary>Who is to be added; null if a name or URL can be none, or if it gives more than one address for a member.</summary>
    public static IReadOnlyList<NewMember>? NewcomersOf(MemberAddRequest request)
    {
        if (request.PeerURLs.Count != 1)
        {
            return null;
        }

        NewMember?[] newcomers =
        [
            Of(request.Name, request.PeerURLs[0], request.ClientURL),
            .. request.Others.Select(other => Of(other.Name, other.PeerURL, other.ClientURL)),
        ];
        return newcomers.All(newcomer => newcomer is { PeerAddress.Length: > 0 }) ? [.. newcomers.OfType<NewMember>()] : null;
    }

    /// <summary>What is to stand from now on; null if it can be none, or says nothing.</summary>
    public static NewMember? ContactOf(MemberUpdateRequest request) =>
        request.PeerURLs is [] or [not ""] && (request.PeerURLs.Count + request.Name.Length + request.ClientURL.Length) > 0
            ? Of(request.Name, request.PeerURLs.FirstOrDefault(""), request.ClientURL)
            : null;

    private static NewMember? Of(string name, string peerUrl, string clientUrl) =>
        (name.Length == 0 || MembersReader.WhyNoName(name) is null) && AddressOf(peerUrl) is { } peer && AddressOf(clientUrl) is { } client
            ? new NewMember(name, peer, client)
            : null;

    /// <summary>host:port of a URL; empty if there is none, null if it is not what a member listens at: no TLS, no path, and a port.</summary>
    private static string? AddressOf(string url) =>
        url.Length == 0 ? ""
        : url.StartsWith(Scheme, StringComparison.Ordinal) && MembersReader.IsHostAndPort(url[Scheme.Length..]) ? url[Scheme.Length..]
        : null;
}
