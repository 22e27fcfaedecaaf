using System.Globalization;
using System.Text;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>Whose data directory it is: a small text that an operator can read (docs/storage.md, "Identity").</summary>
internal sealed record IdentityFile(ulong ClusterId, MemberId Member, string MemberName, ulong Incarnation)
{
    public const string Name = "identity";

    /// <summary>How often an operator began the directory's content anew (reset, solo, recover): tells which log counts.</summary>
    public int Era { get; init; }

    /// <summary>The cluster id that the configuration gives; another than <see cref="ClusterId"/> once the node left that cluster for one of its own.</summary>
    public ulong ConfiguredAs { get; init; } = ClusterId;

    /// <summary>Whether it was begun anew by <c>reset</c>: its cluster was founded long ago, so it founds none, and may join another as long as it holds nothing.</summary>
    public bool IsReset { get; init; }

    private const int LargestBytes = 4096;
    private const string Title = "actorquorum-identity ";
    private const string Format = "1";
    private const string EraFormat = "2";
    private const string ResetFormat = "3";
    private const string ResetLine = "reset";

    /// <summary>Reads and checks the identity of the data directory <paramref name="directory"/>.</summary>
    public static IdentityFile Read(IFileSystem files, string directory)
    {
        string path = Path.Combine(directory, Name);
        using IFile file = files.Open(path, create: false);
        if (file.Length > LargestBytes)
            throw Damaged(path);
        byte[] bytes = new byte[file.Length];
        if (file.Read(0, bytes) != bytes.Length)
            throw Damaged(path);
        return Parse(Encoding.UTF8.GetString(bytes), path);
    }

    /// <summary>Writes the identity aside, flushes it and puts it in its place, durably.</summary>
    public void Write(IFileSystem files, string directory) =>
        SegmentFile.Place(files, directory, Name, Encoding.UTF8.GetBytes(ToText())).Dispose();

    /// <summary>The text: one line a field, the last one a checksum over the others.</summary>
    public string ToText()
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Title}{(IsReset ? ResetFormat : Era == 0 ? Format : EraFormat)}\ncluster {ClusterId:x16}\nmember {Member.Value:x16}\nname {MemberName}\nincarnation {Incarnation:x16}\n");
        if (Era != 0)
            text += string.Create(CultureInfo.InvariantCulture, $"era {Era:x16}\nconfigured {ConfiguredAs:x16}\n");
        if (IsReset)
            text += ResetLine + "\n";
        return text + ChecksumLine(text);
    }

    private static IdentityFile Parse(string text, string path)
    {
        string[] lines = text.Split('\n');
        int checksumAt = text.LastIndexOf("checksum ", StringComparison.Ordinal);
        if (checksumAt < 0 || text[checksumAt..] != ChecksumLine(text[..checksumAt]))
            throw Damaged(path);
        string format = lines[0].StartsWith(Title, StringComparison.Ordinal) ? lines[0][Title.Length..] : throw Damaged(path);
        if (format is not (Format or EraFormat or ResetFormat))
            throw new NewerFormatException(path, 0, $"the identity's format is {format}, known are {Format} to {ResetFormat}");
        if (lines.Length >= 7 && lines[3].StartsWith("name ", StringComparison.Ordinal)
            && Number(lines[1], "cluster ") is { } cluster && Number(lines[2], "member ") is { } member
            && Number(lines[4], "incarnation ") is { } incarnation && incarnation != 0)
        {
            var identity = new IdentityFile(cluster, new MemberId(member), lines[3]["name ".Length..], incarnation);
            if (format == Format && lines.Length == 7)
                return identity;
            bool isReset = format == ResetFormat && lines.Length == 10 && lines[7] == ResetLine;
            if (((format == EraFormat && lines.Length == 9) || isReset)
                && Number(lines[5], "era ") is > 0 and <= int.MaxValue and var era && Number(lines[6], "configured ") is { } configured)
            {
                return identity with { Era = (int)era, ConfiguredAs = configured, IsReset = isReset };
            }
        }

        throw Damaged(path);
    }

    private static ulong? Number(string line, string label) =>
        line.StartsWith(label, StringComparison.Ordinal)
        && ulong.TryParse(line.AsSpan(label.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : null;

    private static string ChecksumLine(string text) =>
        string.Create(CultureInfo.InvariantCulture, $"checksum {Crc32C.Append(0, Encoding.UTF8.GetBytes(text)):x8}\n");

    private static StorageDamagedException Damaged(string path) => new(path, 0, "it is no identity, or its checksum does not match");
}
