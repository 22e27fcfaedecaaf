using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ActorQuorum.Cli.Client;
using ActorQuorum.Cli.Nodes;
using ActorQuorum.Configuration;
using ActorQuorum.Roles;
using ActorQuorum.Voting;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>vote</c>: one node of the constant election in this process, without a configuration.</summary>
internal static class VoteCommand
{
    private static readonly VotingNodeOptions Usual = new();

    private static readonly Argument<string> Address = new("ADDRESS")
    {
        Description = "Where to listen to the others; 0.0.0.0 is every address of this machine.", DefaultValueFactory = _ => Usual.ListenAddress,
    };

    private static readonly Argument<int> Port = new("PORT")
    {
        Description = "The TCP port to listen on; if it is busy, the next free one.", DefaultValueFactory = _ => Usual.Port, CustomParser = ParsePort,
    };

    private static readonly Argument<string> BroadcastAddress = new("BROADCAST-ADDRESS")
    {
        Description = "Where to look for the others by UDP.", DefaultValueFactory = _ => Usual.BroadcastAddress,
    };

    private static readonly Argument<int> BroadcastPort = new("BROADCAST-PORT")
    {
        Description = "The UDP port that all of them use.", DefaultValueFactory = _ => Usual.BroadcastPort, CustomParser = ParsePort,
    };

    private static readonly Option<string?> Name = new("--name", "-n")
    {
        Description = "The node's name, which no other may have [default: the machine's name and the port].", HelpName = "NAME",
    };

    private static readonly Option<string> Cluster = new("--cluster")
    {
        Description = "Nodes of another cluster's name do not meet.", HelpName = "NAME", DefaultValueFactory = _ => Usual.ClusterName,
    };

    private static readonly Option<bool> Debug = new("--debug", "-d") { Description = "Log every step, not only what matters." };

    private static readonly Option<string?> MasterScript = new("--master-script", "-m")
    {
        Description = "A program to run when this node becomes master.", HelpName = "FILE",
    };

    private static readonly Option<string?> SlaveScript = new("--slave-script", "-s")
    {
        Description = "A program to run when it becomes slave, or ceases to be master in any other way.", HelpName = "FILE",
    };

    private static readonly Option<TimeSpan?> ScriptTimeout = Time("--script-timeout", "How long either may run before it is killed", new RoleOptions().Timeout);

    private static readonly Option<bool> ByPort = new("--use-port-instead-of-life-time")
    {
        Description = "The best master is the node with the lowest port, not the one that was born first. The same on all nodes.",
    };

    private static readonly Option<string> Minority = new("--on-minority")
    {
        Description = "What to do when the network can build no majority with this node: end with exit code 4, or stay and join again when it can.",
        HelpName = "exit|wait", DefaultValueFactory = _ => "exit",
    };

    private static readonly Option<TimeSpan?> DiscoveryWindow =
        Time("--discovery-window", "How long a new node looks for others before it may elect itself", Usual.Election.DiscoveryWindow);

    private static readonly Option<string?> Advertise = new("--advertise")
    {
        Description = "The address that the others shall dial [default: that of the interface that reaches BROADCAST-ADDRESS].", HelpName = "ADDRESS",
    };

    private static readonly Option<string?> DataDirectory = new("--data-dir")
    {
        Description = "Where the epoch is kept over restarts [default: nowhere, in memory].", HelpName = "DIR",
    };

    // The spellings of those who come from other systems: understood, and left out of the help.
    private static readonly Option<string?> OtherMasterScript = new("--masterScript", "--master_script") { Hidden = true };
    private static readonly Option<string?> OtherSlaveScript = new("--slaveScript", "--slave_script") { Hidden = true };
    private static readonly Option<bool> OtherByPort = new("--use_port_instead_of_life_time") { Hidden = true };

    public static Command Build()
    {
        Minority.AcceptOnlyFromAmong("exit", "wait");
        var command = new DocumentedCommand(
            "vote",
            "Joins the nodes of this network that run the same command: they find each other, and one of them is master. "
            + "q dispatches (a goodbye: nobody misses this node), Ctrl-C or SIGTERM stops at once (the others count it as lost).",
            "actorquorum vote",
            "actorquorum vote 0.0.0.0 8080 255.255.255.255 5595 -n db1 -m ./take-address.sh -s ./drop-address.sh",
            "actorquorum vote 127.0.0.1 8080 127.255.255.255      # a few on this machine, for a try",
            "actorquorum vote --on-minority wait --cluster lab")
        {
            Address, Port, BroadcastAddress, BroadcastPort, Name, Cluster, Debug, MasterScript, SlaveScript, ScriptTimeout, ByPort, Minority,
            DiscoveryWindow, Advertise, DataDirectory, OtherMasterScript, OtherSlaveScript, OtherByPort,
        };
        command.SetAction((parsed, _) => VotingProcess.RunAsync(OptionsOf(parsed), new LoggingOptions(), parsed.GetValue(Debug)));
        return command;
    }

    private static VotingNodeOptions OptionsOf(ParseResult parsed) => new()
    {
        Name = parsed.GetValue(Name),
        ClusterName = parsed.GetValue(Cluster)!,
        ListenAddress = parsed.GetValue(Address)!,
        Port = parsed.GetValue(Port),
        AdvertisedAddress = parsed.GetValue(Advertise),
        BroadcastAddress = parsed.GetValue(BroadcastAddress)!,
        BroadcastPort = parsed.GetValue(BroadcastPort),
        DataDirectory = parsed.GetValue(DataDirectory),
        Roles = ScriptsOf(parsed),
        Election = Usual.Election with
        {
            Metric = parsed.GetValue(ByPort) || parsed.GetValue(OtherByPort) ? VotingMetric.Port : VotingMetric.BirthTime,
            OnMinority = parsed.GetValue(Minority) == "wait" ? OnMinority.Wait : OnMinority.Exit,
            DiscoveryWindow = parsed.GetValue(DiscoveryWindow) ?? Usual.Election.DiscoveryWindow,
        },
    };

    /// <summary>The scripts, found fit to run: named here as they were on the command line.</summary>
    private static RoleOptions ScriptsOf(ParseResult parsed)
    {
        try
        {
            var usual = new RoleOptions();
            return new RoleOptions
            {
                OnLeader = RoleScript.Of("--master-script", parsed.GetValue(MasterScript) ?? parsed.GetValue(OtherMasterScript))?.Path,
                OnFollower = RoleScript.Of("--slave-script", parsed.GetValue(SlaveScript) ?? parsed.GetValue(OtherSlaveScript))?.Path,
                Timeout = parsed.GetValue(ScriptTimeout) ?? usual.Timeout,
            };
        }
        catch (UnusableScriptException e)
        {
            throw new CommandFailedException(ExitCode.Usage, e.Message, e);
        }
    }

    private static Option<TimeSpan?> Time(string name, string description, TimeSpan usual) => new(name)
    {
        Description = $"{description}: 500ms, 10s, 2m [default: {usual.TotalSeconds:0}s].", HelpName = "TIME", CustomParser = result => Patience.Parse(result),
    };

    private static int ParsePort(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue) return port;
        result.AddError($"{result.Argument.Name} '{result.Tokens[0].Value}' is no port: give a number from 1 to {ushort.MaxValue}.");
        return 0;
    }
}
