namespace ActorQuorum.Storage;

/// <summary>The seam under storage: the few calls that the log and snapshots need. The simulator puts a faulty disk behind it.</summary>
internal interface IFileSystem
{
    /// <summary>Creates <paramref name="directory"/> and its parents where they are missing, durably.</summary>
    void CreateDirectory(string directory);

    /// <summary>The names (not paths) of the files in <paramref name="directory"/>, in ordinal order.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Whether <paramref name="directory"/> has directories in it.</summary>
    bool HasDirectories(string directory);

    /// <summary>
    /// Opens a file for reading and appending; creates it empty if <paramref name="create"/> and it is missing.
    /// A creation is durable only after <see cref="FlushDirectory"/>.
    /// </summary>
    /// <exception cref="FileNotFoundException">It is missing and not to be created.</exception>
    IFile Open(string path, bool create);

    /// <summary>Renames a file within its directory, replacing the target. Durable only after <see cref="FlushDirectory"/>.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file if it is there. Durable only after <see cref="FlushDirectory"/>.</summary>
    void Delete(string path);

    /// <summary>Makes the creations, renames and deletions in <paramref name="directory"/> durable.</summary>
    void FlushDirectory(string directory);

    /// <summary>Free space where <paramref name="directory"/> lies, in bytes.</summary>
    long FreeBytes(string directory);

    /// <summary>
    /// Takes the lock file at <paramref name="path"/> until disposed or the process dies; null if it is held,
    /// by another process or by this one.
    /// </summary>
    IDisposable? TryLock(string path);
}

/// <summary>An open file of <see cref="IFileSystem"/>.</summary>
internal interface IFile : IDisposable
{
    /// <summary>The file's length in bytes.</summary>
    long Length { get; }

    /// <summary>Writes at the end. Durable only after <see cref="Flush"/>. After a failure some of the bytes may be there.</summary>
    /// <exception cref="DiskFullException">There is no room for them.</exception>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Reads at <paramref name="offset"/>; returns how many bytes were read, fewer than asked only at the end.</summary>
    int Read(long offset, Span<byte> into);

    /// <summary>Makes all that was appended durable (fdatasync). A failure is final: the file is not to be used again.</summary>
    void Flush();
}
