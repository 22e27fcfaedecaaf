using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using ActorQuorum.Cli.Bench;
using ActorQuorum.Cli.Client;
using ActorQuorum.Cli.Keys;
using ActorQuorum.Cli.Output;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>bench</c>: loads a cluster, ours or etcd's, and says how fast it answers.</summary>
internal static class BenchCommand
{
    private const string OwnNamespace = "bench";
    private const int MostConnections = 16;

    private static readonly Argument<string> Kind = new("KIND") { Description = "put, get or mixed." };
    private static readonly Option<int> Clients = Number("--clients", "Requests under way at any time.", 64);
    private static readonly Option<int?> Connections = new("--connections")
    {
        Description = $"Connections that they share, spread over the endpoints [default: as many as clients, {MostConnections} at most].", HelpName = "N",
    };

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "How long to measure.", HelpName = "SECONDS", DefaultValueFactory = _ => 10,
    };

    private static readonly Option<double> Warmup = new("--warmup")
    {
        Description = "How long to run before that.", HelpName = "SECONDS", DefaultValueFactory = _ => 2,
    };

    private static readonly Option<int> ValueBytes = Number("--value-bytes", "Size of each value.", 100);
    private static readonly Option<int> Keys = Number("--keys", "How many different keys; a get or mixed bench writes them all first.", 10_000);
    private static readonly Option<int> Reads = Number("--reads", "Percent of gets in a mixed bench.", 50);
    private static readonly Option<bool> Serializable = new("--serializable") { Description = "Gets are answered from the asked node's own state." };
    private static readonly OutputOption Output = new(OutputFormat.Table);
    private static readonly Option<string[]> Endpoints = new("--endpoints")
    {
        Description = $"The nodes' client addresses, all of them loaded [default: {string.Join(',', EndpointList.Default)}].",
        HelpName = "HOST:PORT,...",
        CustomParser = EndpointList.Parse,
    };

    public static Command Build()
    {
        Kind.AcceptOnlyFromAmong("put", "get", "mixed");
        var command = new DocumentedCommand(
            "bench",
            "Loads a cluster and prints throughput and latencies. Each client sends its next request when the last is answered.",
            "actorquorum bench put --clients 64 --seconds 10",
            "actorquorum bench get --clients 256 --serializable",
            "actorquorum bench mixed --reads 90 --value-bytes 1000 -o json",
            "actorquorum bench put --endpoints 127.0.0.1:2379     # any server of etcd's API",
            $"actorquorum del \"\" --prefix --namespace {OwnNamespace}       # removes the keys that it wrote")
        {
            Kind, Clients, Connections, Seconds, Warmup, ValueBytes, Keys, Reads, Serializable, Output.Option, Endpoints,
        };
        command.SetAction(async (parsed, _) =>
        {
            var result = await RunAsync(PlanOf(parsed));
            if (result.Counts.All().Count > 0)
            {
                LoadReport.Print(result, Output.Of(parsed));
                return ExitCode.Ok;
            }

            var reason = result.Counts.Reasons is [var most, ..] ? most.Key : "no answer came";
            throw new CommandFailedException(ExitCode.NoQuorum, $"no request succeeded: {reason}. Check with `actorquorum status`, and --endpoints.");
        });
        return command;
    }

    /// <summary>Ctrl-C ends the measurement early; a second one ends the process.</summary>
    private static async Task<LoadResult> RunAsync(LoadPlan plan)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await new LoadRun(plan, LoadProgress.OnTerminal()).RunAsync(stop.Token);
        }
        catch (OperationCanceledException e) when (stop.IsCancellationRequested)
        {
            throw new CommandFailedException(ExitCode.Failed, "stopped before anything was measured.", e);
        }
    }

    private static LoadPlan PlanOf(ParseResult parsed)
    {
        var kind = parsed.GetRequiredValue(Kind);
        var clients = InRange(parsed, Clients, 1, 10_000);
        var connections = parsed.GetValue(Connections) ?? Math.Min(clients, MostConnections);
        return new()
        {
            Kind = kind,
            Endpoints = parsed.GetValue(Endpoints) is { Length: > 0 } given ? given : EndpointList.Default,
            Keyspace = Keyspace.Named(OwnNamespace),
            Clients = clients,
            Connections = Checked("--connections", connections, 1, clients),
            Warmup = TimeSpan.FromSeconds(InRange(parsed, Warmup, 0, 3600)),
            Duration = TimeSpan.FromSeconds(InRange(parsed, Seconds, 0.1, 86_400)),
            ValueBytes = InRange(parsed, ValueBytes, 0, 1 << 20),
            Keys = InRange(parsed, Keys, 1, 10_000_000),
            ReadShare = kind switch { "put" => 0, "get" => 1, _ => InRange(parsed, Reads, 1, 99) / 100.0 },
            IsSerializable = parsed.GetValue(Serializable),
        };
    }

    private static Option<int> Number(string name, string description, int usual) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };

    private static T InRange<T>(ParseResult parsed, Option<T> option, T least, T most)
        where T : IComparable<T> => Checked(option.Name, parsed.GetRequiredValue(option), least, most);

    private static T Checked<T>(string option, T value, T least, T most)
        where T : IComparable<T> =>
        value.CompareTo(least) < 0 || value.CompareTo(most) > 0
            ? throw new CommandFailedException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"{option} {value} is out of range: {least} to {most}."))
            : value;
}
