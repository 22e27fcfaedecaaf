using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting.Harness;

/// <summary>
/// A while of faults drawn from a seed, with the world's safety checks after every step; then peace, in which all nodes must follow one master within a bound.
/// Who has stopped is started again, as an operator would.
/// </summary>
internal sealed class VotingChaos
{
    private static readonly TimeSpan s_peace = TimeSpan.FromSeconds(30);
    private readonly ulong _seed;
    private readonly VotingWorld _world;
    private readonly SplitMix64 _random;
    private readonly string[] _names;
    private readonly OnMinority _onMinority;
    private readonly VotingMetric _metric;
    private readonly bool _drifts;

    public VotingChaos(ulong seed)
    {
        _seed = seed;
        _random = new(seed ^ 0xC4A05);
        _world = new(seed) { LostDatagrams = (int)_random.Below(900), MostLatency = TimeSpan.FromMilliseconds(1 + _random.Below(_random.Below(2) == 0 ? 5 : 150)) };
        _names = [.. Enumerable.Range(0, 1 + (int)_random.Below(6)).Select(i => $"n{i}")];
        _onMinority = (OnMinority)_random.Below(2);
        _metric = (VotingMetric)_random.Below(2);
        _drifts = _random.Below(2) == 0;
    }

    public VotingWorld World => _world;

    public void Run(double seconds)
    {
        foreach (var name in _names)
        {
            Start(name);
            if (_random.Below(3) == 0) _world.RunFor(_random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(3)));
        }

        var end = _world.Now + TimeSpan.FromSeconds(seconds);
        while (_world.Now < end)
        {
            Fault();
            _world.RunFor(_random.Between(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(2500)));
        }

        ComeToRest();
    }

    private void ComeToRest()
    {
        _world.Note("peace");
        _world.Heal();
        _world.LostDatagrams = 0;
        _world.MostLatency = TimeSpan.FromMilliseconds(2);
        var deadline = _world.Now + s_peace;
        while (_world.Now < deadline)
        {
            foreach (var name in _names)
            {
                var running = _world.Running.Where(station => station.Name == name).ToArray();
                if (running.Length == 0) Start(name);
            }

            _world.RunFor(0.5);
            if (IsAtRest()) return;
        }

        throw new TimeoutException($"seed {_seed}: no rest\n{_world}\n{string.Join('\n', _world.Log.TakeLast(80))}");
    }

    private bool IsAtRest()
    {
        if (_world.Running.Count() != _names.Length || _world.Masters is not [var master]) return false;
        return _world.Running.All(station => station.Master == master.Name && station.Core.Epoch == master.Core.ActingEpoch
            && station.Core.Roster == master.Core.Roster && !master.Core.Roster.IsChanging && master.Core.Roster.Members.Length == _names.Length);
    }

    private void Start(string name)
    {
        var rate = _drifts ? 0.85 + (_random.Below(301) / 1000.0) : 1;
        _world.Start(name, 8000 + (int)_random.Below(200), configure: options => options with { OnMinority = _onMinority, Metric = _metric }, rate: rate);
    }

    private void Fault()
    {
        var name = _names[_random.Below(_names.Length)];
        var station = _world.Running.LastOrDefault(running => running.Name == name);
        switch (_random.Below(14))
        {
            case 0 or 1 when station is not null: station.Crash(); break;
            case 0 or 1 or 2 or 3: if (station is null) Start(name); break;
            case 4: station?.Pause(_random.Below(3000) / 1000.0); break;
            case 5: station?.Dispatch(); break;
            case 6 or 7: Partition(); break;
            case 8: OneWay(); break;
            case 9 or 10: _world.Note("heal"); _world.Heal(); break;
            case 11: if (station is not null) station.DiskDelay = TimeSpan.FromMilliseconds(_random.Below(2) == 0 ? 2 : _random.Below(1000)); break;
            case 12: if (station is not null && _random.Below(4) == 0) Start(name); break;
            case 13: if (station is not null) { station.Crash(); Start(name); } break;
            default: break;
        }
    }

    private void Partition()
    {
        var side = _names.Where(_ => _random.Below(2) == 0).ToArray();
        _world.Note($"partition {string.Join(',', side)}");
        _world.Cut(side, _names.Except(side));
    }

    private void OneWay()
    {
        var (from, to) = (_names[_random.Below(_names.Length)], _names[_random.Below(_names.Length)]);
        _world.Note($"cut {from} to {to}");
        _world.Cuts.Add((from, to));
    }
}
