using ActorQuorum.Actors;
using ActorQuorum.Akka.Configuration;
using ActorQuorum.Akka.Hosting;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Cluster;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Configs;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Akka.Tests.VirtualTime;

/// <summary>A node on the Akka host whose every actor runs on the calling thread, and whose time is a TestScheduler's.</summary>
internal sealed class VirtualNode : IDisposable
{
    private const string CallingThread = "akka.test.calling-thread-dispatcher";
    private readonly TestScheduler _scheduler;
    private readonly VirtualTransport _transport;

    public VirtualNode(NodeOptions options, VirtualNetwork network, ulong seed)
    {
        System = ActorSystem.Create(options.Name, Config);
        _scheduler = (TestScheduler)System.Scheduler;
        var identity = ClusterIdentity.Of(options);
        Id = identity.Self.Id;
        Host = new(System, new SchedulerTime(_scheduler), new(CallingThread, CallingThread, CallingThread));
        _transport = new(network, Id);
        Actors = NodeActors.Start(Host, new()
        {
            ClusterId = identity.ClusterId,
            Self = identity.Self,
            Members = identity.Members,
            Incarnation = seed,
            Seed = seed,
            Durable = DurableState.Empty,
            Log = new MemoryLog(),
            IsDiskNearlyFull = static () => false,
            Machine = new KeyValueStore(),
            Transport = _transport,
            Election = options.Election,
            Limits = options.Limits,
            Tally = new(),
            Logger = NullLogger.Instance,
            ElectionLogger = NullLogger.Instance,
            RoleChanged = change =>
            {
                Changes.Add(change);
                System.EventStream.Publish(new RoleChanged(options.Name, change.From, change.To, change.Term, null));
            },
        });
        _transport.StartAsync(Actors, CancellationToken.None).GetAwaiter().GetResult();
    }

    public static Config Config { get; } = ConfigurationFactory.ParseString("akka { actor.provider = local, loglevel = OFF, stdout-loglevel = OFF, loggers = [] }")
        .WithFallback(TestConfigs.TestSchedulerConfig)
        .WithFallback(QuorumSettings.Defaults);

    public ActorSystem System { get; }

    public MemberId Id { get; }

    public AkkaHost Host { get; }

    public NodeActors Actors { get; }

    public List<RoleChange> Changes { get; } = [];

    public CoreStatus Core => Actors.View.Core;

    public bool Leads => Core.Role == Role.Leader;

    public void Advance(TimeSpan step) => _scheduler.Advance(step);

    /// <summary>Asks for a write; its task ends when the test's time has let it.</summary>
    public Task<LocalAnswer> Put(string key, string value, TimeSpan patience)
    {
        var reply = new LocalRequest();
        Actors.Take(new Request(ActorQuorum.Transport.RequestKind.Command, Consistency.Linearizable, StoredText.Put(key, value), patience, reply));
        return reply.Task;
    }

    public void Dispose()
    {
        Host.DisposeAsync().AsTask().Wait(Eventually.Deadline).ShouldBeTrue();
        System.Terminate().Wait(Eventually.Deadline).ShouldBeTrue();
    }

    /// <summary>The scheduler's time of day is virtual; its monotonic clock is the machine's.</summary>
    private sealed class SchedulerTime(ITimeProvider scheduler) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => scheduler.Now.UtcTicks;

        public override DateTimeOffset GetUtcNow() => scheduler.Now;
    }
}
