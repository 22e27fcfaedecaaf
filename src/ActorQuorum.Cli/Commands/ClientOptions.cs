using System.CommandLine;
using ActorQuorum.Cli.Client;
using ActorQuorum.Cli.Keys;
using ActorQuorum.Cli.Output;

namespace ActorQuorum.Cli.Commands;

/// <summary>The options of every command that talks to a running cluster.</summary>
/// <param name="usual">What is printed without <c>-o</c>.</param>
internal sealed class ClientOptions(OutputFormat usual)
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

    private readonly OutputOption _output = new(usual);

    public void AddTo(Command command)
    {
        command.Add(_output.Option);
        command.Add(_endpoints);
        command.Add(_timeout);
    }

    public EtcdClient Connect(ParseResult parsed) => new(Endpoints(parsed), parsed.GetValue(_timeout) ?? Patience.Default);

    public string[] Endpoints(ParseResult parsed) =>
        parsed.GetValue(_endpoints) is { Length: > 0 } given ? given : EndpointList.Default;

    public OutputFormat Format(ParseResult parsed) => _output.Of(parsed);
}

/// <summary>The option <c>--namespace</c>, of the commands that name keys.</summary>
internal sealed class NamespaceOption
{
    private readonly Option<Keyspace?> _option = new("--namespace")
    {
        Description = $"The namespace of the keys [default: {Keyspace.DefaultName}, etcd's own keys].",
        HelpName = "NAME",
        CustomParser = Keyspace.Parse,
    };

    public void AddTo(Command command) => command.Add(_option);

    public Keyspace Of(ParseResult parsed) => parsed.GetValue(_option) ?? Keyspace.Default;
}
