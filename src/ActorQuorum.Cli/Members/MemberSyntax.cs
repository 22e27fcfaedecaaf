using System.CommandLine;
using System.CommandLine.Parsing;
using ActorQuorum.Cli.Client;
using ActorQuorum.Configuration;
using ActorQuorum.Server.Etcd.Wire;

namespace ActorQuorum.Cli.Members;

/// <summary>How members are named on the command line.</summary>
internal static class MemberSyntax
{
    private const string Scheme = "http://";

    /// <summary>NAME=PEER or NAME=PEER,CLIENT; several for members that are added together.</summary>
    public static Argument<AddedMember[]> Added() => new("member")
    {
        Description = "The member's name, its address for the other members, and its address for clients.",
        HelpName = "NAME=PEER,CLIENT",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => Parse(token.Value, result)).OfType<AddedMember>()],
    };

    /// <summary>Names, or numbers as <c>members</c> shows them.</summary>
    public static Argument<string[]> Known() => new("member")
    {
        Description = "The member's name, or its number as `actorquorum members` shows it.",
        HelpName = "NAME|ID",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>One name or number.</summary>
    public static Argument<string> KnownOne() => new("member") { Description = Known().Description, HelpName = "NAME|ID" };

    /// <summary>An address: host:port.</summary>
    public static Option<string?> Address(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "HOST:PORT",
        CustomParser = result =>
        {
            var word = result.Tokens[0].Value;
            if (UrlOf(word) is null) result.AddError($"{name}: '{word}' is not host:port, such as 127.0.0.1:7104.");
            return word;
        },
    };

    /// <summary>The URL of an address; null if it is none.</summary>
    public static string? UrlOf(string address) =>
        EndpointList.Address(address) is { } plain && MembersReader.IsHostAndPort(plain) ? Scheme + plain : null;

    /// <summary>The members of these names or numbers.</summary>
    /// <exception cref="CommandFailedException">There is none of one of them.</exception>
    public static IReadOnlyList<Member> Find(IReadOnlyList<Member> members, IEnumerable<string> words) => [.. words.Select(word =>
        members.FirstOrDefault(member => member.Name == word)
        ?? members.FirstOrDefault(member => Output.Show.Id(member.ID) == word.ToLowerInvariant().TrimStart('0'))
        ?? throw new CommandFailedException(
            ExitCode.Failed,
            $"there is no member '{word}'; the members are {string.Join(", ", members.Select(member => member.Name.Length > 0 ? member.Name : Output.Show.Id(member.ID)))}."))];

    private static AddedMember? Parse(string word, ArgumentResult result)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var addresses = equals < 0 ? [] : word[(equals + 1)..].Split(',');
        if (equals <= 0 || addresses.Length > 2 || MembersReader.WhyNoName(word[..equals]) is not null || addresses.Any(address => UrlOf(address) is null))
        {
            result.AddError($"'{word}' is not NAME=PEER,CLIENT, such as n4=127.0.0.1:7104,127.0.0.1:2394.");
            return null;
        }

        return new AddedMember { Name = word[..equals], PeerURL = UrlOf(addresses[0]), ClientURL = addresses.Length > 1 ? UrlOf(addresses[1]) : "" };
    }
}
