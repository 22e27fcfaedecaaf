using System.Collections.Immutable;
using System.Globalization;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>The nodes that a trace names, and what they find on their disks at their first start.</summary>
internal sealed class TraceNodes
{
    private const int MostNodes = 9;
    private const int MostEntries = 1000;

    private readonly List<(string Name, bool IsFresh, long Term, long[] LogTerms)> _nodes = [];
    private int _joining;

    public int AppendBytes { get; private set; } = 1 << 20;

    public int Trailing { get; private set; } = MostEntries;

    public int Count => _nodes.Count;

    /// <summary>How many nodes the cluster was founded by.</summary>
    public int Founders => _nodes.Count - _joining;

    public IEnumerable<string> Names => _nodes.Select(n => n.Name);

    public string NameOf(MemberId id) => _nodes[(int)id.Value - 1].Name;

    public int NumberOf(string name)
    {
        var at = _nodes.FindIndex(n => n.Name == name);
        return at >= 0 ? at + 1 : throw new TraceException($"no node is named '{name}'; there are: {string.Join(' ', Names)}");
    }

    /// <summary><c>add-nodes COUNT|NAME... [log=(INDEX[-INDEX]:TERM ...)] [term=TERM] [fresh] [append-bytes=N] [trailing=N]</c></summary>
    public IEnumerable<string> Add(TraceCommand command)
    {
        var isFresh = command.Flag("fresh");
        var logText = command.Option("log");
        var termText = command.Option("term");
        if (command.Option("append-bytes") is { } bytes) AppendBytes = (int)Number(bytes, 1 << 20);
        if (command.Option("trailing") is { } trailing) Trailing = (int)Number(trailing, MostEntries);
        if (isFresh && (logText ?? termText) is not null) throw new TraceException("a fresh node has an empty disk, no log= or term=");
        var log = LogTerms(logText ?? "()");
        var lastTerm = log.Append(0).Max();
        var term = termText is null ? lastTerm : Number(termText, long.MaxValue);
        if (term < lastTerm) throw new TraceException($"term={term} is below the term {lastTerm} of the last entry");
        foreach (var name in NewNames(command))
        {
            _nodes.Add((name, isFresh, term, log));
            yield return isFresh ? $"{name} has an empty disk" : $"{name} holds {TraceText.Durable(term, Entries(log))}";
        }
    }

    /// <summary>Names a node that is none of the founders.</summary>
    public void AddJoining(string name)
    {
        if (!IsName(name) && (name.Length != 1 || !char.IsAsciiDigit(name[0]))) throw new TraceException($"'{name}' is no name: a letter, then letters and digits, or one digit");
        if (Count == MostNodes) throw new TraceException($"a trace has {MostNodes} nodes at most");
        _nodes.Add((name, true, 0, []));
        _joining++;
    }

    public bool Has(string name) => _nodes.Exists(n => n.Name == name);

    public DurableState DurableOf(int number)
    {
        var node = _nodes[number - 1];
        if (node.IsFresh) return DurableState.Empty;
        return new(new(node.Term, MemberId.None, true, CoreCluster.View(Count)), Entries(node.LogTerms));
    }

    public static long Number(string word, long most) =>
        long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number
            : throw new TraceException($"'{word}' is no number from 0 to {most}");

    private List<string> NewNames(TraceCommand command)
    {
        var names = new List<string> { command.Next("the number of nodes, or their names") };
        while (command.TryNext() is { } name) names.Add(name);
        command.End();
        if (names.Count == 1 && char.IsAsciiDigit(names[0][0]))
            names = [.. Enumerable.Range(Count + 1, (int)Number(names[0], MostNodes)).Select(n => $"{n}")];
        else if (names.Find(n => !IsName(n)) is { } bad)
            throw new TraceException($"'{bad}' is no name: a letter, then letters and digits; a number alone says how many nodes to add");
        if (Count + names.Count > MostNodes) throw new TraceException($"a trace has {MostNodes} nodes at most");
        for (var i = 0; i < names.Count; i++)
        {
            if (Names.Concat(names.Take(i)).Contains(names[i])) throw new TraceException($"a node '{names[i]}' is there already");
        }

        return names;
    }

    private static bool IsName(string word) => char.IsAsciiLetter(word[0]) && word.All(char.IsAsciiLetterOrDigit);

    /// <summary>As in a cluster that ran, the first entry of every log is the founders' configuration.</summary>
    private List<Entry> Entries(long[] terms) =>
    [
        .. terms.Select((term, i) => i == 0
            ? new Entry(1, term, EntryKind.Configuration, new Membership(CoreCluster.View(Count)).Encode())
            : new Entry(i + 1, term, EntryKind.Command, ReadOnlyMemory<byte>.Empty)),
    ];

    private static long[] LogTerms(string text)
    {
        if (text is not ['(', .., ')']) throw new TraceException($"'log={text}' is no log such as log=(1-3:1 4:2)");
        var terms = ImmutableArray.CreateBuilder<long>();
        foreach (var run in text[1..^1].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (run.Split(':') is not [var indices, var termText] || indices.Split('-') is not { Length: 1 or 2 } range)
                throw new TraceException($"'{run}' is no run of entries such as 4:2 or 1-3:1");
            var (first, last) = (Number(range[0], MostEntries), Number(range[^1], MostEntries));
            if (first != terms.Count + 1 || last < first) throw new TraceException($"'{run}' does not follow entry {terms.Count}");
            var term = Number(termText, long.MaxValue);
            if (term == 0 || term < terms.LastOrDefault()) throw new TraceException($"terms of a log begin at 1 and never fall: '{run}'");
            for (var index = first; index <= last; index++) terms.Add(term);
        }

        return [.. terms];
    }
}
