using ActorQuorum;
using ActorQuorum.Configuration;

await using var node = await QuorumNode.StartAsync(NodeOptionsReader.Load("config/n1.conf"), quorum => quorum
    .AddProcessor("append", (store, payload) =>
    {
        store.Put("text", store.Get("text") + payload.ToString());
        return store.Get("text")!.Value;
    }));
await node.Store.PutAsync("greeting", "hello");
Console.WriteLine(await node.EnqueueAsync("append", "once, on every member. "));
await foreach (var part in node.RoleChanges())
    Console.WriteLine($"{part.Role} of term {part.Term}, {part.Leader?.Name} leads");
