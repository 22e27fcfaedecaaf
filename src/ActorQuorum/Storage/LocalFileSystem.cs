using Microsoft.Win32.SafeHandles;

namespace ActorQuorum.Storage;

/// <summary>The machine's own file system.</summary>
internal sealed class LocalFileSystem : IFileSystem
{
    private const int SharingViolation = unchecked((int)0x80070020);

    /// <inheritdoc/>
    public void CreateDirectory(string directory)
    {
        var missing = new Stack<string>();
        for (string? at = Path.GetFullPath(directory); at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
            missing.Push(at);
        foreach (string at in missing)
        {
            Directory.CreateDirectory(at);
            if (Path.GetDirectoryName(at) is { } parent)
                PlatformCalls.FlushDirectory(parent);
        }
    }

    /// <inheritdoc/>
    public bool HasDirectories(string directory) => Directory.EnumerateDirectories(directory).Any();

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        string[] names = Directory.GetFiles(directory);
        for (int i = 0; i < names.Length; i++)
            names[i] = Path.GetFileName(names[i]);
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public IFile Open(string path, bool create) => new LocalFile(path, create);

    /// <inheritdoc/>
    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void FlushDirectory(string directory) => PlatformCalls.FlushDirectory(directory);

    /// <inheritdoc/>
    public long FreeBytes(string directory)
    {
        string full = Path.GetFullPath(directory);
        return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(full)! : full).AvailableFreeSpace;
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException refusal) when (refusal.HResult == SharingViolation || PlatformCalls.IsHeldElsewhere(refusal.HResult))
        {
            return null;
        }

        // On Unix the base library locks too, but leaves it out when a switch in the environment says so.
        try
        {
            if (OperatingSystem.IsWindows() || PlatformCalls.TryLockExclusively(handle, path))
                return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        handle.Dispose();
        return null;
    }
}
