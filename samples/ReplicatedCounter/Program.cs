// A counter that every member holds: dotnet run --project samples/ReplicatedCounter -- config/cluster.conf n1, and so on for n2 and n3.
using System.Globalization;
using ActorQuorum;
using ActorQuorum.Configuration;
using ActorQuorum.StateMachines.Processors;

await using var node = await QuorumNode.StartAsync(
    NodeOptionsReader.Load(args[0], args[1]),
    quorum => quorum.AddProcessor("add", (store, payload) =>
    {
        if (!long.TryParse(payload.ToString(), CultureInfo.InvariantCulture, out var number))
            throw new ProcessorException($"'{payload}' is no number");
        var sum = long.Parse(store.Get("sum")?.ToString() ?? "0", CultureInfo.InvariantCulture) + number;
        store.Put("sum", sum.ToString(CultureInfo.InvariantCulture));
        return sum.ToString(CultureInfo.InvariantCulture);
    }));
Console.WriteLine("Type numbers; each is added on every member.");
while (await Console.In.ReadLineAsync() is { Length: > 0 } line)
{
    try
    {
        Console.WriteLine($"the sum is {await node.EnqueueAsync("add", line)}");
    }
    catch (QuorumException e)
    {
        Console.WriteLine($"{e.Error}: {e.Message}");
    }
}
