namespace ActorQuorum.Storage;

/// <summary>
/// The segments of a log, and which of them nothing needs any more: a start may begin with any segment that says where each group's log
/// stood, if snapshots stand for all before.
/// </summary>
internal sealed class LogSegments(string directory)
{
    private readonly List<Segment> _segments = [];

    /// <summary>The bytes of all segments before the last.</summary>
    public long EarlierBytes { get; private set; }

    /// <summary>A segment begins: where each group's log ends now.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="tails">The groups.</param>
    public void Begin(long number, IEnumerable<KeyValuePair<int, GroupTail>> tails) =>
        _segments.Add(new Segment(number, tails.ToDictionary(tail => tail.Key, tail => tail.Value.LastIndex)));

    /// <summary>The last segment says where each group's log stood when it began.</summary>
    public void SaysWhereItBegins() => _segments[^1].SaysWhereItBegins = true;

    /// <summary>Whether it does.</summary>
    public bool LastSaysWhereItBegins => _segments[^1].SaysWhereItBegins;

    /// <summary>The last segment is followed by another.</summary>
    public void Close(long sizeBytes)
    {
        _segments[^1].SizeBytes = sizeBytes;
        EarlierBytes += sizeBytes;
    }

    /// <summary>The paths of segments that are not needed any more, in the order in which they are to go; each is told once.</summary>
    /// <param name="tails">The groups, as they are durable.</param>
    public IReadOnlyList<string> TakeUnneeded(IReadOnlyDictionary<int, GroupTail> tails)
    {
        int first = _segments.FindLastIndex(segment => segment.SaysWhereItBegins
            && segment.LastIndexes.All(group => group.Value <= tails[group.Key].Base.Index));
        if (first <= 0)
            return [];
        List<Segment> unneeded = _segments[..first];
        _segments.RemoveRange(0, first);
        EarlierBytes -= unneeded.Sum(segment => segment.SizeBytes);
        return unneeded.ConvertAll(segment => Path.Combine(directory, SegmentHeader.NameOf(segment.Number)));
    }

    private sealed class Segment(long number, Dictionary<int, long> lastIndexes)
    {
        public long Number { get; } = number;

        public Dictionary<int, long> LastIndexes { get; } = lastIndexes;

        public bool SaysWhereItBegins { get; set; }

        public long SizeBytes { get; set; }
    }
}
