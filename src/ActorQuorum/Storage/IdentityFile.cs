using System.Globalization;
using System.Text;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>Whose data directory it is: a small text that an operator can read (docs/storage.md, "Identity").</summary>
internal sealed record IdentityFile(ulong ClusterId, MemberId Member, string MemberName, ulong Incarnation)
{
    public const string Name = "identity";

    private const int LargestBytes = 4096;
    private const string Title = "actorquorum-identity ";
    private const string Format = "1";

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
            $"{Title}{Format}\ncluster {ClusterId:x16}\nmember {Member.Value:x16}\nname {MemberName}\nincarnation {Incarnation:x16}\n");
        return text + ChecksumLine(text);
    }

    private static IdentityFile Parse(string text, string path)
    {
        string[] lines = text.Split('\n');
        int checksumAt = text.LastIndexOf("checksum ", StringComparison.Ordinal);
        if (checksumAt < 0 || text[checksumAt..] != ChecksumLine(text[..checksumAt]))
            throw Damaged(path);
        if (lines[0].StartsWith(Title, StringComparison.Ordinal) && lines[0] != Title + Format)
            throw new NewerFormatException(path, 0, $"the identity's format is {lines[0][Title.Length..]}, known is {Format}");
        if (lines.Length == 7 && lines[0] == Title + Format && lines[3].StartsWith("name ", StringComparison.Ordinal)
            && Number(lines[1], "cluster ") is { } cluster && Number(lines[2], "member ") is { } member
            && Number(lines[4], "incarnation ") is { } incarnation && incarnation != 0)
        {
            return new IdentityFile(cluster, new MemberId(member), lines[3]["name ".Length..], incarnation);
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
