namespace ActorQuorum.TestKit.Disk;

/// <summary>The bytes of one file: as they are read, and as they would be found after the power was lost.</summary>
internal sealed class DiskContent
{
    private const int SectorBytes = 512;

    private byte[] _live = [];
    private byte[] _durable = [];
    private int _durableLength;

    /// <summary>From here on nothing was given to a flush yet.</summary>
    private int _dirtyFrom;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Live => _live.AsSpan(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Grow(ref _live, Length + bytes.Length);
        bytes.CopyTo(_live.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Flush()
    {
        Grow(ref _durable, Length);
        _live.AsSpan(_dirtyFrom, Length - _dirtyFrom).CopyTo(_durable.AsSpan(_dirtyFrom));
        _durableLength = _dirtyFrom = Length;
    }

    /// <summary>As a kernel does it: the pages are clean afterwards, so no later flush writes them, and are read as if written.</summary>
    public void FailFlush() => _dirtyFrom = Length;

    public void FlipBit(long offset, int bit)
    {
        _live[offset] ^= (byte)(1 << bit);
        if (offset < _durableLength)
            _durable[offset] ^= (byte)(1 << bit);
    }

    /// <summary>Cuts the file, as a hand from outside would.</summary>
    public void Cut(long length)
    {
        Length = (int)Math.Min(length, Length);
        _durableLength = Math.Min(_durableLength, Length);
        _dirtyFrom = Math.Min(_dirtyFrom, Length);
        // What grows back over the cut is zeros until it is written.
        _live.AsSpan(Length).Clear();
        _durable.AsSpan(_durableLength).Clear();
    }

    public void Crash(CrashMode mode, DiskDraws draws)
    {
        switch (mode)
        {
            case CrashMode.ProcessOnly:
                return;
            case CrashMode.KeepAll:
                Keep(Length);
                break;
            case CrashMode.Tear:
                Keep(_durableLength + draws.UpTo(Math.Max(0, Length - _durableLength)));
                break;
            case CrashMode.Sectors:
                int synced = _durableLength;
                Keep(draws.Coin() ? Length : synced + draws.UpTo(Math.Max(0, Length - synced)));
                LoseSectors(synced, draws);
                break;
        }

        _live = _durable.AsSpan(0, _durableLength).ToArray();
        Length = _dirtyFrom = _durableLength;
    }

    private void Keep(int length)
    {
        Grow(ref _durable, length);
        if (length > _dirtyFrom)
            _live.AsSpan(_dirtyFrom, length - _dirtyFrom).CopyTo(_durable.AsSpan(_dirtyFrom));
        _durableLength = Math.Max(_durableLength, length);
    }

    private void LoseSectors(int synced, DiskDraws draws)
    {
        for (int at = synced; at < _durableLength;)
        {
            int next = Math.Min(_durableLength, ((at / SectorBytes) + 1) * SectorBytes);
            if (draws.Coin())
                _durable.AsSpan(at, next - at).Clear();
            at = next;
        }
    }

    private static void Grow(ref byte[] bytes, int length)
    {
        if (bytes.Length < length)
            Array.Resize(ref bytes, Math.Max(length, 2 * bytes.Length));
    }
}
