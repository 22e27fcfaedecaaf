using ActorQuorum.Storage;

namespace ActorQuorum.Actors;

/// <summary>A snapshot that somebody takes away: its bytes, readable on any thread until it is disposed.</summary>
internal sealed class SnapshotExport(SnapshotFile snapshot, IFile file, Action ended) : IDisposable
{
    private Action? _ended = ended;

    /// <summary>What it stands for.</summary>
    public SnapshotHead Head => snapshot.Head;

    /// <summary>How many bytes there are.</summary>
    public long SizeBytes => snapshot.SizeBytes;

    /// <summary>Reads at an offset; fewer bytes than asked only at the end.</summary>
    public int Read(long offset, Span<byte> into) => file.Read(offset, into);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, null) is not { } tell) return;
        file.Dispose();
        tell();
    }
}
