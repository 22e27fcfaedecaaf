using System.Diagnostics;
using System.Globalization;

namespace ActorQuorum.Benchmarks;

/// <summary>The moment at which a node was made to end, as a time of the day: that is what logs tell.</summary>
internal sealed class StopTime
{
    public TimeSpan Time { get; private set; }

    public void Now() => Time = DateTime.Now.TimeOfDay;
}

/// <summary>Processes of <c>actorquorum vote</c> on loopback, which find each other by datagrams that leave no machine.</summary>
internal sealed class VotingProcesses : IDisposable
{
    private const int BasePort = 23_400;
    private const int BroadcastPort = 61_095;
    private readonly List<VotingProcess> _all = [];

    /// <summary>Those that nobody ended.</summary>
    public List<VotingProcess> Running { get; } = [];

    public VotingProcess Start(string name)
    {
        var node = new VotingProcess(name, BasePort + _all.Count, BroadcastPort);
        _all.Add(node);
        Running.Add(node);
        return node;
    }

    public void Dispose()
    {
        foreach (var node in _all) node.Dispose();
    }
}

/// <summary>One of them, and when it logged what, by the time in its log: what reads the log here comes later.</summary>
internal sealed class VotingProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private const string TimeFormat = "HH:mm:ss.fff";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly List<(TimeSpan At, string Text)> _lines = [];
    private readonly OwnProcess _process;

    public VotingProcess(string name, int port, int broadcastPort)
    {
        Name = name;
        string[] words = ["vote", "127.0.0.1", Text(port), "127.255.255.255", Text(broadcastPort), "-n", name];
        _process = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "actorquorum.dll"), .. words], Keep);
    }

    public string Name { get; }

    /// <summary>Whom it set as master last.</summary>
    public string? Master => LastSet.Name;

    /// <summary>The same, and when.</summary>
    public (string? Name, TimeSpan At) LastSet => Masters().LastOrDefault();

    public TimeSpan ProcessorTime => _process.ProcessorTime;

    public long MemoryBytes => _process.MemoryBytes;

    public void Kill(StopTime at)
    {
        at.Now();
        _process.Kill();
    }

    public void Dispatch(StopTime at)
    {
        at.Now();
        _process.Type("q");
    }

    /// <summary>When it printed a text.</summary>
    public async Task<TimeSpan> WhenAsync(string text) => (await FindAsync(
        $"prints \"{text}\"", () => Lines().Where(line => line.Text.Contains(text, StringComparison.Ordinal)).Take(1).ToArray())).At;

    /// <summary>Whom it set as master after a moment, other than the one before, and when.</summary>
    public Task<(string Name, TimeSpan At)> WhenMasterAsync(TimeSpan since, string before) =>
        FindAsync("has a master", () => Masters().Where(set => set.At > since && set.Name != before).Take(1).ToArray());

    public void Dispose() => _process.Dispose();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<T> FindAsync<T>(string what, Func<T[]> find)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            if (find() is [var found]) return found;
            await Task.Delay(Pause);
        }

        throw new TimeoutException($"{Name} never {what}:\n{string.Join('\n', Lines().Select(line => line.Text))}");
    }

    private IEnumerable<(string Name, TimeSpan At)> Masters() =>
        from line in Lines()
        let words = line.Text.Split(' ')
        let set = Array.IndexOf(words, "set")
        where set > 0 && line.Text.Contains(" as new master", StringComparison.Ordinal)
        select (words[set + 1], line.At);

    private (TimeSpan At, string Text)[] Lines()
    {
        lock (_lines) return [.. _lines];
    }

    private void Keep(string line)
    {
        if (line.Length < TimeFormat.Length || !TimeOnly.TryParseExact(line.AsSpan(0, TimeFormat.Length), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)) return;
        lock (_lines) _lines.Add((at.ToTimeSpan(), line));
    }
}
