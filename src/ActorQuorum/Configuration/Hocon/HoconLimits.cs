namespace ActorQuorum.Configuration.Hocon;

/// <summary>Bounds on what is read; far above any configuration, far below what would hurt the process.</summary>
internal static class HoconLimits
{
    public const int FileSizeBytes = 1 << 20;

    /// <summary>Files included in one another.</summary>
    public const int IncludeDepth = 16;

    /// <summary>Files read in all: sixteen levels of ten includes each would never end.</summary>
    public const int Files = 256;

    /// <summary>Objects and arrays in one another; each element of a path key counts as one.</summary>
    public const int NestingDepth = 64;

    /// <summary>Substitutions that lead to one another, and values that are built on earlier values of their key.</summary>
    public const int SubstitutionDepth = 512;

    /// <summary>Values looked at to resolve all substitutions: each may double the result.</summary>
    public const int ResolvedValues = 1_000_000;

    /// <summary>Characters of all strings put together from parts.</summary>
    public const int ConcatenatedChars = 16 << 20;
}
