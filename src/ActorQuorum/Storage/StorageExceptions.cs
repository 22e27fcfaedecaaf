namespace ActorQuorum.Storage;

/// <summary>Bytes that were known to be on disk are gone or changed. The node does not start with them.</summary>
public sealed class StorageDamagedException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="file">The damaged file.</param>
    /// <param name="offset">Where in it the damage starts, in bytes.</param>
    /// <param name="what">What is wrong there.</param>
    public StorageDamagedException(string file, long offset, string what)
        : base($"The log is damaged: {file} at offset {offset}: {what}. This is no torn tail of a crash: entries that were acknowledged "
            + "may be lost. Restore the data directory from a copy of it, or move it away and let this node join again with an empty one. "
            + "Do not cut the file by hand.")
    {
        File = file;
        Offset = offset;
    }

    /// <summary>The damaged file.</summary>
    public string File { get; }

    /// <summary>Where in the file the damage starts, in bytes.</summary>
    public long Offset { get; }
}

/// <summary>The data directory cannot be used by this node: it is locked, belongs to another, or is incomplete.</summary>
public sealed class DataDirectoryException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened, where, and what to do about it.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public DataDirectoryException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Whether a node that runs holds it.</summary>
    internal bool IsInUse { get; init; }
}

/// <summary>The data directory was written by a newer version, in a form that this one does not know.</summary>
public sealed class NewerFormatException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">Where in it the unknown thing stands, in bytes.</param>
    /// <param name="what">What is unknown.</param>
    public NewerFormatException(string file, long offset, string what)
        : base($"{file} at offset {offset} was made by a newer version of ActorQuorum: {what}. "
            + "Start the node with that version; nothing was changed.")
    {
    }
}

/// <summary>The disk is full.</summary>
public sealed class DiskFullException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="file">The file that could not grow.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public DiskFullException(string file, Exception? innerException = null)
        : base($"The disk is full: {file} cannot grow. Free some space on it, then start the node again.", innerException)
    {
    }
}

/// <summary>A snapshot is cut or changed, or is none. Nothing was changed because of it.</summary>
public sealed class SnapshotDamagedException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="file">The snapshot.</param>
    /// <param name="offset">Where in it the damage was found, in bytes.</param>
    /// <param name="what">What is wrong there.</param>
    public SnapshotDamagedException(string file, long offset, string what)
        : base($"The snapshot {file} is damaged at offset {offset}: {what}. Use another copy of it; nothing was changed.")
    {
        File = file;
        Offset = offset;
        What = what;
    }

    /// <summary>The snapshot.</summary>
    public string File { get; }

    /// <summary>Where in it the damage was found, in bytes.</summary>
    public long Offset { get; }

    /// <summary>What is wrong there.</summary>
    public string What { get; }
}
