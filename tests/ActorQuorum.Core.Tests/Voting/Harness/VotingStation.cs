using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting.Harness;

/// <summary>One node of a <see cref="VotingWorld"/>: carries out what its core asks for.</summary>
internal sealed class VotingStation(VotingWorld world, VotingOptions options, VotingEpoch disk, double rate)
{
    private readonly SortedSet<MemberId> _connected = [];
    private readonly Queue<VotingInput> _waiting = new();
    private TimeSpan _pausedUntil;

    public VotingCore Core { get; } = new(options, disk, world.Now * rate);

    public VotingMember Self => options.Self;

    public string Name => options.Self.Name;

    public bool IsRunning { get; private set; } = true;

    public TimeSpan DiskDelay { get; set; } = TimeSpan.FromMilliseconds(2);

    public VotingEpoch Disk { get; private set; } = disk;

    public VotingStop? Stop { get; private set; }

    public List<VotingRoleChange> Roles { get; } = [];

    public List<VotingEvent> Events { get; } = [];

    public bool IsActing => Core.IsActing(Local);

    public bool IsPaused => world.Now < _pausedUntil;

    public string? Master => Core.Master?.Name;

    private TimeSpan Local => world.Now * rate;

    public void Begin()
    {
        End();
        Tick();
    }

    public void Crash()
    {
        world.Note($"{Name} crashes");
        IsRunning = false;
    }

    public void Pause(double seconds)
    {
        world.Note($"{Name} pauses for {seconds} s");
        _pausedUntil = world.Now + TimeSpan.FromSeconds(seconds);
        world.After(TimeSpan.FromSeconds(seconds), Wake);
    }

    public void Dispatch() => Take(ActorQuorum.Core.Voting.Dispatch.Instance);

    public void Take(VotingInput input)
    {
        if (!IsRunning) return;
        if (IsPaused)
        {
            _waiting.Enqueue(input);
            return;
        }

        Core.Step(Local, input);
        End();
    }

    public override string ToString() =>
        $"{Name} {(IsRunning ? "runs" : $"ended {Stop?.Reason}")} {Core.Role} master={Master} acting={IsActing} epoch={Core.Epoch} {Core.Standing} "
        + $"roster={Core.Roster.Stamp}[{string.Join(',', Core.Roster.Members.Select(entry => entry.Member.Name))}] "
        + $"others=[{string.Join(' ', Core.Others.Select(other => $"{other.Member.Name}:{other.State}"))}]";

    private void Wake()
    {
        if (IsPaused) return;
        while (IsRunning && _waiting.TryDequeue(out var input))
        {
            Core.Step(Local, input);
        }

        if (IsRunning) End();
    }

    private void Tick()
    {
        if (!IsRunning) return;
        if (!IsPaused) Take(VotingTick.Instance);
        world.After(options.Tick / rate, Tick);
    }

    private void End()
    {
        var effects = Core.EndTurn();
        Roles.AddRange(effects.RoleChanges);
        Events.AddRange(effects.Events);
        foreach (var role in effects.RoleChanges) world.Note($"{Name} {role.From}->{role.To} {role.Master?.Name} {role.Epoch} {role.Cause}");
        foreach (var happened in effects.Events) world.Note($"{Name} {happened}");
        if (effects.Persist is { } persist) world.After(DiskDelay, () => Persist(persist));
        foreach (var member in effects.Connect) Connect(member);
        foreach (var message in effects.Messages) Send(message);
        foreach (var id in effects.Disconnect) _connected.Remove(id);
        if (effects.Stop is { } stop)
        {
            Stop = stop;
            world.Note($"{Name} stops: {stop}");
            IsRunning = false;
        }

        Core.BeginTurn();
        world.Check(this);
    }

    private void Persist(PersistEpoch persist)
    {
        if (!IsRunning) return;
        Disk = persist.Epoch;
        Take(new EpochDurable(persist.Sequence));
    }

    private void Connect(VotingMember member)
    {
        _connected.Add(member.Id);
        if (world.Stations.Find(station => station.Self.Id == member.Id) is not { } other) return;
        Carry(other, new Met(Self));
    }

    private void Send(VotingMessage message)
    {
        if (_connected.Contains(message.To) && world.Stations.Find(station => station.Self.Id == message.To) is { } other) Carry(other, new Heard(message));
    }

    /// <summary>A connection made anew says who it is first: so whoever was not met before is.</summary>
    private void Carry(VotingStation other, VotingInput input)
    {
        if (world.IsCut(Name, other.Name)) return;
        world.After(world.Random.Between(world.LeastLatency, world.MostLatency), () =>
        {
            if (world.IsCut(Name, other.Name)) return;
            if (input is Heard) other.Take(new Met(Self));
            other.Take(input);
        });
    }
}
