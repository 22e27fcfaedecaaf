// Three nodes in this process, over a transport of its own: no port is opened, and nothing is left behind.
using ActorQuorum;
using ActorQuorum.Configuration;

MemberOptions[] members = [.. Enumerable.Range(1, 3).Select(i => new MemberOptions($"n{i}", $"n{i}:1", $"n{i}:2"))];
var network = new InMemoryNetwork();
var nodes = new Dictionary<string, QuorumNode>();
foreach (var member in members)
{
    var options = new NodeOptions
    {
        Name = member.Name, ClusterName = "sample", Members = members, Storage = StorageKind.Memory, DataDirectory = "",
    };
    nodes[member.Name] = await QuorumNode.StartAsync(options, quorum => quorum.UseTransport(network.Join));
}

await nodes["n1"].Store.PutAsync("greeting", "hello");
Console.WriteLine($"n3 reads {(await nodes["n3"].Store.GetAsync("greeting"))!.Value}");

// Whoever leads stops; the two others elect one of them, and nothing that was acknowledged is lost.
var leader = nodes["n1"].Leader!.Name;
await nodes[leader].StopAsync();
Console.WriteLine($"{leader} led and has stopped");
var survivor = nodes.First(node => node.Key != leader).Value;
await foreach (var role in survivor.RoleChanges())
    if (role.Leader is { } next && next.Name != leader)
        break;
Console.WriteLine($"another leads, the greeting is {(await survivor.Store.GetAsync("greeting"))!.Value}");
foreach (var node in nodes.Values) await node.DisposeAsync();
