using System.Text;

namespace ActorQuorum.Configuration.Hocon;

/// <summary>A file being read, and which file includes it.</summary>
internal sealed record HoconFile(string Name, HoconFile? IncludedBy)
{
    public int Depth => IncludedBy is null ? 0 : IncludedBy.Depth + 1;

    public bool IsWithin(string fullPath) => Path.GetFullPath(Name) == fullPath || (IncludedBy?.IsWithin(fullPath) ?? false);
}

/// <summary>An include statement: what it names, where it stands, and how deep in objects.</summary>
internal sealed record HoconInclude(string Name, bool IsRequired, bool MayGuessExtension, Origin Origin, int NestingDepth);

/// <summary>Reads files and those they include, within bounds.</summary>
internal sealed class HoconFiles
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private int _filesRead;

    /// <summary>Reads a file and all it includes.</summary>
    public static ObjectNode Read(string path)
    {
        var start = new Origin(path, 1);
        if (!IsUsable(path)) throw start.Error("a file name is needed here, as in \"cluster.conf\".");
        if (Directory.Exists(path)) throw start.Error("this is a directory: name the configuration file in it.");
        if (!File.Exists(path))
            throw start.Error(
                $"the file does not exist (looked for '{Path.GetFullPath(path)}'): check its name, or the directory you start in.");
        return new HoconFiles().ReadExisting(new HoconFile(path, null), start, [HoconPath.Root], 0);
    }

    /// <summary>Reads a text; its name stands in errors, and includes are looked for beside it.</summary>
    public static ObjectNode ReadText(string text, string name) =>
        new HoconParser(text, new HoconFile(name, null), new HoconFiles(), [HoconPath.Root], 0).ParseRoot();

    /// <summary>Reads an included file: null where there is none and none is required.</summary>
    public ObjectNode? Include(HoconInclude include, HoconFile by, IReadOnlyList<HoconPath> scopes)
    {
        var origin = include.Origin;
        if (!IsUsable(include.Name)) throw origin.Error("include needs the name of a file, as in include \"cluster.conf\".");
        ObjectNode? all = null;
        foreach (var path in Candidates(include, by).Where(File.Exists))
        {
            if (by.IsWithin(Path.GetFullPath(path)))
                throw origin.Error($"include cycle: '{path}' is included while it is being read itself; remove one of the includes.");
            if (by.Depth + 1 > HoconLimits.IncludeDepth)
                throw origin.Error($"more than {HoconLimits.IncludeDepth} files are included in one another; include fewer levels.");
            var read = ReadExisting(new HoconFile(path, by), origin, scopes, include.NestingDepth);
            if (all is null) all = read;
            else all.Include(read);
        }

        if (all is null && include.IsRequired)
        {
            throw origin.Error(
                $"the required include '{include.Name}' does not exist beside '{by.Name}': create it, or drop required( ) if it may be absent.");
        }

        return all;
    }

    // A bare name without extension stands for all formats there are, JSON first, so that .conf overrides it.
    private static IEnumerable<string> Candidates(HoconInclude include, HoconFile by)
    {
        var path = Path.Combine(Path.GetDirectoryName(by.Name) ?? "", include.Name);
        return include.MayGuessExtension && !Path.HasExtension(path) ? [path, path + ".json", path + ".conf"] : [path];
    }

    private ObjectNode ReadExisting(HoconFile file, Origin asked, IReadOnlyList<HoconPath> scopes, int nestingDepth)
    {
        if (++_filesRead > HoconLimits.Files) throw asked.Error($"more than {HoconLimits.Files} files are included in all; include fewer.");
        var start = new Origin(file.Name, 1);
        byte[] bytes;
        try
        {
            bytes = ReadBounded(file.Name, start);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw start.Error($"the file cannot be read: {e.Message}", e);
        }

        return new HoconParser(Decode(bytes, start), file, this, scopes, nestingDepth).ParseRoot();
    }

    private static byte[] ReadBounded(string path, Origin start)
    {
        using var stream = File.OpenRead(path);
        using var content = new MemoryStream();
        var chunk = new byte[4096];
        for (int length; (length = stream.Read(chunk)) > 0;)
        {
            if (content.Length + length > HoconLimits.FileSizeBytes)
            {
                throw start.Error(
                    $"the file is larger than {HoconLimits.FileSizeBytes} bytes, the most a configuration may have; is it the right file?");
            }

            content.Write(chunk, 0, length);
        }

        return content.ToArray();
    }

    private static string Decode(byte[] bytes, Origin start)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            var valid = Math.Clamp(e.Index, 0, bytes.Length);
            var line = 1 + bytes.AsSpan(0, valid).Count((byte)'\n');
            throw new ConfigurationException(start.File, line, $"byte {valid} of the file is no UTF-8: save the file as UTF-8.", e);
        }
    }

    private static bool IsUsable(string path) => !string.IsNullOrWhiteSpace(path) && !path.Contains('\0', StringComparison.Ordinal);
}
