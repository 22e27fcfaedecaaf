namespace ActorQuorum.StateMachines;

/// <summary>
/// The versions that took another's place, oldest revision first: what lies behind each is garbage once its own revision is below the
/// compacted one. So compaction comes to what it drops without looking for it. In pieces, for one long array would be copied as it grows.
/// </summary>
internal sealed class SupersededVersions
{
    private const int PieceLength = 1024;

    private readonly LinkedList<KeyVersion?[]> _pieces = [];
    private int _first;
    private int _end = PieceLength;

    /// <summary>Adds a version of a revision not below those before.</summary>
    public void Add(KeyVersion version)
    {
        if (_end == PieceLength)
        {
            _pieces.AddLast(new KeyVersion?[PieceLength]);
            _end = 0;
        }

        _pieces.Last!.Value[_end++] = version;
    }

    /// <summary>Takes the oldest if its revision is below <paramref name="revision"/>.</summary>
    public KeyVersion? TakeBelow(long revision)
    {
        if (IsEmpty || _pieces.First!.Value[_first] is not { } oldest || oldest.ModRevision >= revision)
        {
            return null;
        }

        _pieces.First.Value[_first++] = null;
        if (_first == PieceLength)
        {
            _pieces.RemoveFirst();
            _first = 0;
        }

        return oldest;
    }

    /// <summary>Forgets those above <paramref name="revision"/>: their writes were undone.</summary>
    public void DropAbove(long revision)
    {
        while (!IsEmpty && _pieces.Last!.Value[_end - 1]!.ModRevision > revision)
        {
            _pieces.Last.Value[--_end] = null;
            if (_end == 0)
            {
                _pieces.RemoveLast();
                _end = PieceLength;
            }
        }
    }

    // The last piece may be taken up to where it is filled.
    private bool IsEmpty => _pieces.Count == 0 || (_pieces.Count == 1 && _first == _end);
}
