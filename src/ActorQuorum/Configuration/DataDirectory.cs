namespace ActorQuorum.Configuration;

/// <summary>
/// Which directory a node has that is named on the command line. The file's may be meant for another node, or for all of them; two
/// nodes in one directory would each take the other's log for its own, so the directory must bear the name.
/// </summary>
internal static class DataDirectory
{
    /// <summary>Finds the directory of the node named <paramref name="name"/>.</summary>
    /// <param name="written">The directory as the file gives it for this name.</param>
    /// <param name="writtenForAnother">The directory as the same file gives it for another name.</param>
    /// <param name="name">The name given on the command line.</param>
    /// <param name="fileName">The node that the file names, if any.</param>
    public static string For(string written, string writtenForAnother, string name, string? fileName)
    {
        if (name == fileName || written != writtenForAnother) return written;
        var segments = written.Split('/', '\\');
        if (segments.Contains(name)) return written;
        return fileName is not null && segments[^1] == fileName
            ? written[..^fileName.Length] + name
            : written.TrimEnd('/', '\\') + "/" + name;
    }
}
