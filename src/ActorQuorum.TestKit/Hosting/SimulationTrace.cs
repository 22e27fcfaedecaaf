using System.Globalization;

namespace ActorQuorum.TestKit.Hosting;

/// <summary>What may stand in a trace.</summary>
internal enum TraceKind
{
    /// <summary>An actor took a turn: node, messages in it.</summary>
    Turn,

    /// <summary>A timer rang on a node.</summary>
    Timer,

    /// <summary>A message was delivered: receiver, sender.</summary>
    Delivery,

    /// <summary>A disk job moved on: node, 0 written or 1 flushed.</summary>
    Disk,

    /// <summary>A node's core after a step: node, term, role, last index, commit index.</summary>
    State,

    /// <summary>A fault, or its end.</summary>
    Fault,

    /// <summary>A client's operation began or ended.</summary>
    Client,
}

/// <summary>
/// Everything that happens in a run, in order: hashed always (FNV-1a over the numbers, so that two runs are compared cheaply), and written as
/// text, a line an event, when a writer is given.
/// </summary>
internal sealed class SimulationTrace
{
    private const ulong Prime = 0x100000001B3;
    private const int LatestLines = 40;
    private readonly Queue<string> _latest = new();

    /// <summary>The hash of all events so far.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    /// <summary>Where the text goes; null for nowhere.</summary>
    public TextWriter? Writer { get; set; }

    /// <summary>The last noted lines (faults and clients are noted always, the rest when there is a writer).</summary>
    public IReadOnlyCollection<string> Latest => _latest;

    /// <summary>An event in numbers.</summary>
    public void Add(TimeSpan now, TraceKind kind, long a, long b = 0, long c = 0, long d = 0, long e = 0)
    {
        Mix((ulong)now.Ticks);
        Mix((ulong)kind);
        Mix((ulong)a);
        Mix((ulong)b);
        Mix((ulong)c);
        Mix((ulong)d);
        Mix((ulong)e);
        if (Writer is not null) Note(now, string.Create(CultureInfo.InvariantCulture, $"{kind} {a:x} {b} {c} {d} {e}"));
    }

    /// <summary>An event in words.</summary>
    public void Add(TimeSpan now, TraceKind kind, string text)
    {
        Mix((ulong)now.Ticks);
        Mix((ulong)kind);
        foreach (var c in text) Mix(c);
        Note(now, $"{kind} {text}");
    }

    private void Note(TimeSpan now, string text)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{now.TotalMilliseconds,12:F3} ms  {text}");
        Writer?.WriteLine(line);
        _latest.Enqueue(line);
        if (_latest.Count > LatestLines) _latest.Dequeue();
    }

    private void Mix(ulong value) => Hash = (Hash ^ value) * Prime;
}
