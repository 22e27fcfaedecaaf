using System.CommandLine;
using ActorQuorum.Cli.Client;

namespace ActorQuorum.Cli.Commands;

/// <summary>The options of every command that talks to a running cluster.</summary>
internal sealed class ClientOptions
{
    private readonly Option<string[]> _endpoints = new("--endpoints")
    {
        Description = $"The nodes' client addresses; asked in this order [default: {string.Join(',', EndpointList.Default)}].",
        HelpName = "HOST:PORT,...",
        CustomParser = EndpointList.Parse,
    };

    private readonly Option<TimeSpan?> _timeout = new("--timeout")
    {
        Description = "How long to try in all: 500ms, 10s, 2m [default: 10s].",
        HelpName = "TIME",
        CustomParser = result => Patience.Parse(result),
    };

    public void AddTo(Command command)
    {
        command.Add(_endpoints);
        command.Add(_timeout);
    }

    public EtcdClient Connect(ParseResult parsed) =>
        new(parsed.GetValue(_endpoints) is { Length: > 0 } given ? given : EndpointList.Default, parsed.GetValue(_timeout) ?? Patience.Default);
}
