using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorQuorum.Configuration.Hocon;

namespace ActorQuorum.Configuration;

/// <summary>Reads <c>cluster.members</c>.</summary>
internal static class MembersReader
{
    public const int MaxMembers = 15;
    public const int MaxNameLength = 64;

    private const int MaxHostLength = 253;

    /// <summary>Whether any were written, be it wrongly.</summary>
    public static bool HasSome(ConfigurationSection cluster) => cluster.Field("members").Value is not HoconObject { Fields.Count: 0 };

    public static IReadOnlyList<MemberOptions> Read(ConfigurationSection cluster)
    {
        if (cluster.Field("members").Value is not HoconObject members)
            throw cluster.Error("members", "must be an object, members { n1 { … } }: each member by its name.");
        if (members.Fields.Count == 0)
            throw cluster.Error("members", "is empty: name at least one member, n1 { peer = \"host:port\", client = \"host:port\" }.");
        if (members.Fields.Count > MaxMembers)
        {
            throw cluster.Error(
                "members", $"has {members.Fields.Count} members, at most {MaxMembers} are allowed: each write waits for a majority of them.");
        }

        var taken = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        return [.. members.Fields.Select(m => Read(m.Key, m.Value, taken)).OrderBy(m => m.Name, StringComparer.Ordinal)];
    }

    /// <summary>Why a text cannot be a name, or null if it can. Names become directories and parts of addresses.</summary>
    public static string? WhyNoName(string text) =>
        text.Length is >= 1 and <= MaxNameLength
        && text is not ("." or "..")
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? null
            : $"must be of 1 to {MaxNameLength} letters (a-z, A-Z), digits, '.', '_' and '-', but is \"{text}\".";

    private static MemberOptions Read(string name, HoconField member, Dictionary<string, string> taken)
    {
        if (WhyNoName(name) is { } why) throw member.KeyOrigin.Error($"the name of a member of {KnownKeys.Members} {why}");
        var path = $"{KnownKeys.Members}.{name}";
        if (member.Value is not HoconObject fields)
            throw member.KeyOrigin.Error($"{path} must be an object with peer and client, but is {member.Value.Describe()}.");
        return new MemberOptions(name, Address("peer"), Address("client"));

        string Address(string key)
        {
            if (!fields.Fields.TryGetValue(key, out var field))
                throw member.KeyOrigin.Error($"{path}.{key} is missing: write {key} = \"host:port\".");
            if (field.Value is not HoconScalar { Kind: ScalarKind.String } scalar || !IsHostAndPort(scalar.Text))
            {
                throw field.KeyOrigin.Error(
                    $"{path}.{key} must be \"host:port\" with a port from 1 to 65535, such as \"127.0.0.1:7101\", but is {field.Value.Describe()}.");
            }

            if (!taken.TryAdd(scalar.Text, $"{path}.{key}"))
            {
                throw field.KeyOrigin.Error(
                    $"{path}.{key} is \"{scalar.Text}\", as is {taken[scalar.Text]}: each address needs a host or port of its own.");
            }

            return scalar.Text;
        }
    }

    /// <summary>Whether a text is host:port as a member needs it.</summary>
    public static bool IsHostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0
            && IsHost(text[..colon])
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is >= 1 and <= 65535;
    }

    private static bool IsHost(string host)
    {
        if (host.StartsWith('[') && host.EndsWith(']'))
            return IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6;
        return host.Length <= MaxHostLength && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
    }
}
