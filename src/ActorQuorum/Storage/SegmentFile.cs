namespace ActorQuorum.Storage;

/// <summary>Makes a segment's file appear whole: written aside, flushed, renamed, its directory flushed.</summary>
internal static class SegmentFile
{
    /// <summary>The ending of a file that is not yet in its place; what is left of one after a crash is deleted.</summary>
    public const string AsideSuffix = ".tmp";

    /// <summary>Creates a segment that holds only its header.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The log's directory.</param>
    /// <param name="header">The header.</param>
    /// <param name="crc">The header's CRC.</param>
    /// <returns>The segment, open at its end.</returns>
    public static IFile Create(IFileSystem files, string directory, SegmentHeader header, out uint crc)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.SizeBytes];
        crc = header.Write(bytes);
        return Place(files, directory, SegmentHeader.NameOf(header.Segment), bytes);
    }

    /// <summary>Puts a file with these bytes under its name, durably, in place of an older one of that name.</summary>
    public static IFile Place(IFileSystem files, string directory, string name, ReadOnlySpan<byte> bytes)
    {
        string path = Path.Combine(directory, name);
        string aside = path + AsideSuffix;
        files.Delete(aside);
        using (IFile file = files.Open(aside, create: true))
        {
            file.Append(bytes);
            file.Flush();
        }

        files.Rename(aside, path);
        files.FlushDirectory(directory);
        return files.Open(path, create: false);
    }

    /// <summary>
    /// Deletes segments that are not needed any more, the oldest first, each durably before the next: a crash leaves a log without a gap.
    /// </summary>
    public static void Delete(IFileSystem files, string directory, IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            files.Delete(path);
            files.FlushDirectory(directory);
        }
    }
}
