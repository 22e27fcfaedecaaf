namespace ActorQuorum.Configuration;

/// <summary>A configuration that cannot be used: where it is wrong, how, and what to do about it.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>Makes the exception; its message starts with the file and the line.</summary>
    /// <param name="file">The file, as it was named to the reader or in an include.</param>
    /// <param name="line">The line, counted from 1; 0 where there are none, as in a configuration of the generic host.</param>
    /// <param name="problem">What is wrong there and what to do about it.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ConfigurationException(string file, int line, string problem, Exception? innerException = null)
        : base(line > 0 ? $"{file}:{line}: {problem}" : $"{file}: {problem}", innerException)
    {
        File = file;
        Line = line;
    }

    /// <summary>The file that is wrong.</summary>
    public string File { get; }

    /// <summary>The line that is wrong, counted from 1; 0 where there are none.</summary>
    public int Line { get; }
}
