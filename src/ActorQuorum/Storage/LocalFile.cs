using Microsoft.Win32.SafeHandles;

namespace ActorQuorum.Storage;

/// <summary>A file of <see cref="LocalFileSystem"/>.</summary>
internal sealed class LocalFile : IFile
{
    private static readonly int[] FullCodes =
        OperatingSystem.IsWindows() ? [unchecked((int)0x80070070), unchecked((int)0x80070027)]
        : OperatingSystem.IsLinux() ? [28, 122] // ENOSPC, EDQUOT
        : [28, 69];

    private readonly SafeFileHandle _handle;
    private readonly string _path;

    public LocalFile(string path, bool create)
        : this(path, File.OpenHandle(
            path, create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete))
    {
    }

    private LocalFile(string path, SafeFileHandle handle)
    {
        _path = path;
        _handle = handle;
        try
        {
            Length = RandomAccess.GetLength(_handle);
        }
        catch (NotSupportedException e)
        {
            _handle.Dispose();
            throw new IOException($"{path} is a pipe or a device: only a file has a length and is read at any place.", e);
        }
    }

    /// <summary>Opens a file that may be anybody's, and only read.</summary>
    public static LocalFile OpenToRead(string path) => new(path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete));

    /// <inheritdoc/>
    public long Length { get; private set; }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, Length);
        }
        catch (IOException failure) when (FullCodes.Contains(failure.HResult))
        {
            throw new DiskFullException(_path, failure);
        }

        Length += bytes.Length;
    }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> into)
    {
        int total = 0;
        while (total < into.Length)
        {
            int read = RandomAccess.Read(_handle, into[total..], offset + total);
            if (read == 0)
                break;
            total += read;
        }

        return total;
    }

    /// <inheritdoc/>
    public void Flush()
    {
        try
        {
            PlatformCalls.FlushData(_handle, _path);
        }
        catch (IOException failure) when (FullCodes.Contains(failure.HResult))
        {
            // Some file systems find room only when they write back.
            throw new DiskFullException(_path, failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
