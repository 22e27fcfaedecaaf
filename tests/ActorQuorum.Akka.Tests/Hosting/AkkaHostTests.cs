using System.Diagnostics;
using ActorQuorum.Akka.Hosting;
using ActorQuorum.Hosting;
using ActorQuorum.Tests.Hosting;
using Akka.Actor;

namespace ActorQuorum.Akka.Tests.Hosting;

/// <summary>The Akka host keeps the contract, on real dispatchers.</summary>
public sealed class AkkaHostTests : HostContract, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ActorSystem _system = ActorSystem.Create("contract", LocalSystem.Config);
    private readonly AkkaHost _host;

    public AkkaHostTests() => _host = new(_system, TimeProvider.System, HostDispatchers.Own);

    private protected override IActorHost Host => _host;

    private protected override Exception? Failure => _host.Completion.Exception?.InnerException;

    private protected override bool IsThreadSafe => true;

    public void Dispose()
    {
        _host.DisposeAsync().AsTask().Wait(Patience).ShouldBeTrue();
        _system.Terminate().Wait(Patience).ShouldBeTrue();
    }

    private protected override void Until(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            clock.Elapsed.ShouldBeLessThan(Patience);
            Thread.Yield();
        }
    }

    /// <summary>All that was queued before this on any dispatcher has run when as many rounds through each have.</summary>
    private protected override void Settle()
    {
        HostDispatchers own = HostDispatchers.Own;
        string[] all = [own.Node, own.Storage, own.Disk];
        for (var i = 0; i < 50; i++)
        {
            foreach (var dispatcher in all)
            {
                using var done = new ManualResetEventSlim();
                _system.Dispatchers.Lookup(dispatcher).Schedule(done.Set);
                done.Wait(Patience).ShouldBeTrue();
            }
        }
    }
}
