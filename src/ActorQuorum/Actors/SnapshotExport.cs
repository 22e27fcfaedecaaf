using ActorQuorum.Storage;

namespace ActorQuorum.Actors;

/// <summary>Somebody who wants a fresh snapshot to take away.</summary>
/// <param name="ready">Takes it, on the SnapshotActor's turn; whoever has it disposes of it.</param>
/// <param name="failed">Hears why there is none.</param>
internal sealed class ExportRequest(Action<SnapshotExport> ready, Action<QuorumError, string> failed)
{
    /// <summary>There it is.</summary>
    public void Ready(SnapshotExport export) => ready(export);

    /// <summary>There is none.</summary>
    public void Failed(QuorumError error, string why) => failed(error, why);
}

/// <summary>A snapshot that somebody takes away: its bytes, readable on any thread until it is disposed. Its file stays until then.</summary>
internal sealed class SnapshotExport(SnapshotFile snapshot, IFile file, Action<SnapshotExport> ended) : IDisposable
{
    private readonly CancellationTokenSource _cutOff = new();
    private volatile string? _reason;
    private int _isEnded;

    /// <summary>What is read.</summary>
    public SnapshotFile Snapshot => snapshot;

    /// <summary>What it stands for.</summary>
    public SnapshotHead Head => snapshot.Head;

    /// <summary>How many bytes there are.</summary>
    public long SizeBytes => snapshot.SizeBytes;

    /// <summary>Cancelled when the node needs the place that the file takes: then it is to be disposed of.</summary>
    public CancellationToken CutOff => _cutOff.Token;

    /// <summary>Reads at an offset; fewer bytes than asked only at the end.</summary>
    /// <exception cref="QuorumException">The node needs the place that the file takes.</exception>
    public int Read(long offset, Span<byte> into)
    {
        ThrowIfCutOff();
        return file.Read(offset, into);
    }

    /// <summary>Throws once the node needs the place that the file takes.</summary>
    /// <exception cref="QuorumException">It does.</exception>
    public void ThrowIfCutOff()
    {
        if (_reason is { } reason) throw new QuorumException(QuorumError.DiskNearlyFull, reason);
    }

    /// <summary>Tells whoever reads that the file is to go, and why.</summary>
    public void End(string reason)
    {
        _reason = reason;

        // Whoever reads goes on elsewhere: what it does then is nothing for the thread that says so.
        _ = _cutOff.CancelAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0) return;
        file.Dispose();
        ended(this);
    }
}
