// A worker that runs on the leader only: dotnet run --project samples/LeaderOnlyWorker -- --actorquorum:node:name=n1, and so on for n2 and n3.
using ActorQuorum;
using ActorQuorum.Configuration;
using ActorQuorum.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.Configuration.AddHoconFile(builder.Configuration["cluster"] ?? "config/cluster.conf");
builder.Services.AddActorQuorum(builder.Configuration);
builder.Services.AddHostedService<Worker>();
await builder.Build().RunAsync();

internal sealed class Worker(QuorumNode node) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => node.WhileLeadingAsync(WorkAsync, stoppingToken);

    private async Task WorkAsync(NodeRole part, CancellationToken leading)
    {
        var name = node.Status.Self.Name;
        Console.WriteLine($"{name} works, term {part.Term}");
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            // Fenced: once the next leader has put its name, nothing that this one still sends is written.
            long? mine = null;
            while (await pace.WaitForNextTickAsync(leading))
            {
                try
                {
                    mine ??= await node.Store.PutAsync("shop/worker", name, leading);
                    var step = new StoreTransaction().WhenUnchanged("shop/worker", mine.Value).Put("shop/done", $"{DateTime.UtcNow:O}");
                    if (!(await node.Store.CommitAsync(step, leading)).IsCommitted) return;
                }
                catch (QuorumException e)
                {
                    // It may have been done all the same: each step can be done twice.
                    Console.WriteLine($"{name} tries again: {e.Message}");
                }
            }
        }
        finally
        {
            Console.WriteLine($"{name} rests");
        }
    }
}
