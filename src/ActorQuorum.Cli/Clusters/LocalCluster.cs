using ActorQuorum.Cli.Nodes;
using ActorQuorum.Configuration;

namespace ActorQuorum.Cli.Clusters;

/// <summary>All nodes of a cluster on this machine, a process each, and their merged log.</summary>
internal sealed class LocalCluster(IReadOnlyList<MemberOptions> members, ClusterFiles files, bool debug)
{
    // A node promises to be gone in two seconds; what is not, is killed.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    private readonly MergedLog _log = new();

    /// <summary>Runs until asked to stop, or until no node is left.</summary>
    public async Task<int> RunAsync()
    {
        foreach (var member in members)
        {
            PortPlan.CheckFree(member.Client, $"clients of {member.Name}");
            PortPlan.CheckFree(member.Peer, $"peers of {member.Name}");
        }

        using var stop = new StopRequests(belongsToCluster: false);
        Greet();
        var children = members.Select(member => new ChildNode(member.Name, files.ConfigOf(member.Name), debug, _log)).ToArray();
        foreach (var child in children)
            child.Start();

        var allExited = Task.WhenAll(children.Select(child => child.Exited));
        if (await Task.WhenAny(stop.Requested, allExited) == allExited)
        {
            await allExited;
            throw new CommandFailedException(ExitCode.Failed, "every node has ended.");
        }

        _log.Say("INF", "stopping all nodes");
        await StopAsync(children, allExited);
        return ExitCode.Ok;
    }

    private static async Task StopAsync(ChildNode[] children, Task allExited)
    {
        foreach (var child in children)
            child.RequestStop();
        if (await Task.WhenAny(allExited, Task.Delay(StopPatience)) == allExited)
            return;
        foreach (var child in children)
            child.Kill();
        await Task.WhenAny(allExited, Task.Delay(StopPatience));
    }

    private void Greet()
    {
        var endpoints = string.Join(',', members.Select(member => member.Client));
        var isUsual = endpoints == string.Join(',', Client.EndpointList.Default);
        string[] tail = isUsual ? [] : ["--endpoints", endpoints];
        Console.WriteLine($"{members.Count} nodes on this machine. Clients (etcd v3, gRPC): {endpoints}");
        Console.WriteLine("Try in another terminal:");
        foreach (string[] words in (string[][])[["put", "greeting", "hello"], ["get", "greeting"], ["status"]])
            Console.WriteLine("  " + ThisProgram.TypedLine([.. words, .. tail]));
        Console.WriteLine($"  etcdctl --endpoints {endpoints} get greeting");
        Console.WriteLine("Kill a node (kill -9) and watch the others elect; q + Enter or Ctrl-C stops all.");
        Console.WriteLine();
    }
}
