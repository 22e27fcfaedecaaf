using ActorQuorum.Hosting;
using Akka.Actor;

namespace ActorQuorum.Akka.Hosting;

/// <summary>A job for the disk.</summary>
internal sealed record DiskJob(Action Write, Action Flush, Action Done);

/// <summary>Writes and flushes on a thread of its own, so that no other actor ever waits for the disk.</summary>
internal sealed class DiskLaneActor(AkkaHost host) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is not DiskJob(var write, var flush, var done))
        {
            Unhandled(message);
            return;
        }

        host.Guard(() =>
        {
            write();
            flush();
            done();
        });
    }

    protected override void PreRestart(Exception reason, object message)
    {
        host.Fail(reason);
        base.PreRestart(reason, message);
    }

    protected override void PostStop() => host.Ended(Self);
}

/// <summary>The lane as the StorageActor sees it.</summary>
internal sealed class AkkaDiskLane(IActorRef lane) : IDiskLane
{
    /// <inheritdoc/>
    public void Run(Action write, Action flush, Action done) => lane.Tell(new DiskJob(write, flush, done), ActorRefs.NoSender);
}
