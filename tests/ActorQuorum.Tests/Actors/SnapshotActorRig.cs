using ActorQuorum.Actors;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.Tests.Storage;
using ActorQuorum.Tests.Transport;
using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Actors;

/// <summary>A SnapshotActor alone, on a simulated disk: what it says is recorded, its lane works at once unless it is held, and time moves by hand.</summary>
internal sealed class SnapshotActorRig : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly MailboxHost _host;
    private readonly SnapshotActor _actor;
    private readonly Recorded<SnapshotWork> _own = new();
    private readonly BulkTransport _transport = new();
    private readonly Lane _lane = new();

    public SnapshotActorRig(long reserveBytes = 0)
    {
        _host = new(_time);
        Context = new(_host, () => false)
        {
            Clock = new Recorded<ClockMessage>(), Election = Election, Storage = Storage, Node = new Recorded<NodeMessage>(), Snapshots = _own,
        };
        Disk.CreateDirectory(SnapshotRig.Directory);
        Snapshots = new(Disk, SnapshotRig.Directory, SnapshotRig.ClusterId);
        _actor = new(
            Snapshots, _lane, Context, _transport, new SnapshotOptions(),
            new(SnapshotRig.ClusterId, "n1", SnapshotRig.Store(0), id => id.ToString(), _time, reserveBytes), Log);
    }

    public static MemberId Second { get; } = new(2);

    public static MemberId Third { get; } = new(3);

    public static MemberId Fourth { get; } = new(4);

    public NodeContext Context { get; }

    public RecordingLogger Log { get; } = new();

    public SimulatedDisk Disk { get; } = new(1);

    public SnapshotFiles Snapshots { get; }

    /// <summary>The names of the files in the directory of snapshots.</summary>
    public IReadOnlyList<string> Files => [.. Disk.FilesUnder(SnapshotRig.Directory).Select(file => Path.GetFileName(file.Path))];

    public Recorded<ElectionMessage> Election { get; } = new();

    public Recorded<StorageMessage> Storage { get; } = new();

    /// <summary>What was sent since it was last asked.</summary>
    public (MemberId To, PeerMessage Message)[] TakeSent()
    {
        (MemberId, PeerMessage)[] sent = [.. _transport.Sent];
        _transport.Sent.Clear();
        return sent;
    }

    /// <summary>The actor hears something, and what follows from it.</summary>
    public void Tell(SnapshotWork work)
    {
        _own.Tell(work);
        while (_own.Messages.Count > 0)
        {
            var next = _own.Messages[0];
            _own.Messages.RemoveAt(0);
            _actor.Receive(next);
            _actor.EndTurn();
        }
    }

    /// <summary>A snapshot, and the offer of it that a leader of term 4 makes.</summary>
    public static (SnapshotOffer Offer, byte[] Bytes) Sendable()
    {
        using var leader = new SnapshotActorRig();
        var kept = leader.Keep();
        leader.Tell(new SendSnapshot(Second, 4, 9));
        leader.Pass(TimeSpan.FromSeconds(1));
        return (leader.TakeSent().Select(sent => sent.Message).OfType<SnapshotOffer>().First(), leader.Disk.Bytes(kept.Path));
    }

    /// <summary>A chunk with its checksum.</summary>
    public static SnapshotChunk Chunk(ulong transfer, long offset, byte[] bytes) => new(transfer, offset, SnapshotChunks.CrcOf(offset, bytes), bytes);

    /// <summary>There is a snapshot up to entry 9 from before.</summary>
    public SnapshotFile Keep() => SnapshotRig.Take(Snapshots, SnapshotRig.Head(9), SnapshotRig.Store(9));

    /// <summary>The state is to be written, as it is at an index.</summary>
    public void Take(long index, int puts = 9) => Tell(new TakeSnapshot(SnapshotRig.Store(puts).Capture(), SnapshotRig.Mark(index)));

    /// <summary>The lane does nothing until it is let go.</summary>
    public void HoldLane() => _lane.IsHeld = true;

    public void LetLaneGo()
    {
        _lane.LetGo();
        Tell(SnapshotTick.Instance);
    }

    public void Hear(MemberId from, SnapshotMessage message, IInboundCredit? credit = null) => Tell(new SnapshotHeard(from, message, credit));

    /// <summary>The one answer to a message.</summary>
    public SnapshotProgress Ask(MemberId from, SnapshotMessage message)
    {
        Hear(from, message);
        var (to, answer) = TakeSent().ShouldHaveSingleItem();
        to.ShouldBe(from);
        return answer.ShouldBeOfType<SnapshotProgress>();
    }

    /// <summary>Time passes, in steps of the clock's ticks.</summary>
    public void Pass(TimeSpan time)
    {
        var step = TimeSpan.FromMilliseconds(50);
        for (var passed = TimeSpan.Zero; passed < time; passed += step)
        {
            _time.Advance(step);
            Tell(SnapshotTick.Instance);
        }
    }

    public void Dispose() => _host.Dispose();

    private sealed class Lane : IDiskLane
    {
        private Action? _held;

        public bool IsHeld { get; set; }

        public void Run(Action write, Action flush, Action done)
        {
            _held = write + flush + done;
            if (!IsHeld) LetGo();
        }

        public void LetGo()
        {
            IsHeld = false;
            var held = _held;
            _held = null;
            held?.Invoke();
        }
    }

    private sealed class BulkTransport : IPeerTransport
    {
        public List<(MemberId To, PeerMessage Message)> Sent { get; } = [];

        public Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken) => Task.CompletedTask;

        public bool Send(MemberId to, PeerMessage message)
        {
            Sent.Add((to, message));
            return true;
        }

        public void Connect(MemberId peer, PeerAddress address)
        {
        }

        public void Disconnect(MemberId peer)
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
