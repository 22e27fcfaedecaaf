using System.CommandLine.Parsing;

namespace ActorQuorum.Cli.Client;

/// <summary>Reads <c>--endpoints</c>: host:port, separated by commas, at most so many.</summary>
internal static class EndpointList
{
    public static readonly string[] Default = ["127.0.0.1:2391", "127.0.0.1:2392", "127.0.0.1:2393"];

    private const int MaximumCount = 64;

    public static string[] Parse(ArgumentResult result)
    {
        var words = result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > MaximumCount)
            result.AddError($"--endpoints takes 1 to {MaximumCount} addresses such as 127.0.0.1:2391,127.0.0.1:2392.");
        foreach (var word in words)
        {
            if (Address(word) is null)
                result.AddError($"--endpoints: '{word}' is not host:port, such as 127.0.0.1:2391.");
        }

        return [.. words.Select(word => Address(word) ?? word).Distinct()];
    }

    /// <summary>host:port of an address with or without http://; null if it is none.</summary>
    public static string? Address(string word)
    {
        var whole = word.Contains("://", StringComparison.Ordinal) ? word : "http://" + word;
        return Uri.TryCreate(whole, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp
            && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0 && whole.TrimEnd('/').EndsWith($":{uri.Port}", StringComparison.Ordinal)
                ? uri.Authority.Contains(':', StringComparison.Ordinal) ? uri.Authority : $"{uri.Host}:{uri.Port}"
                : null;
    }
}
