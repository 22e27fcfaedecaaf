using System.Globalization;
using System.Text;
using ActorQuorum.Configuration;

namespace ActorQuorum.Storage;

/// <summary>
/// In the data directory of a node that joined: the cluster it joined, and whom to look for as long as its log does not say. A small text that
/// an operator can read (docs/storage.md, "Joined"); with it a later start needs no --join.
/// </summary>
internal static class JoinFile
{
    public const string Name = "joined";

    private const int LargestBytes = 64 << 10;
    private const string Title = "actorquorum-join 1";
    private const string Nothing = "-";

    /// <summary>What a data directory says; null if its node did not join.</summary>
    /// <exception cref="StorageDamagedException">The file is damaged.</exception>
    public static ClusterJoin? Read(IFileSystem files, string directory)
    {
        IReadOnlyList<string> names;
        try
        {
            names = files.List(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }

        if (!names.Contains(Name)) return null;
        var path = Path.Combine(directory, Name);
        using var file = files.Open(path, create: false);
        if (file.Length > LargestBytes) throw Damaged(path);
        var bytes = new byte[file.Length];
        return file.Read(0, bytes) == bytes.Length && Parse(Encoding.UTF8.GetString(bytes)) is { } join ? join : throw Damaged(path);
    }

    /// <summary>Writes it, durably, before the directory is anybody's.</summary>
    public static void Write(IFileSystem files, string directory, ClusterJoin join)
    {
        files.CreateDirectory(directory);
        SegmentFile.Place(files, directory, Name, Encoding.UTF8.GetBytes(ToText(join))).Dispose();
    }

    private static string ToText(ClusterJoin join)
    {
        var text = new StringBuilder(Title).Append('\n')
            .Append(CultureInfo.InvariantCulture, $"cluster {join.ClusterId:x16}\n")
            .Append(CultureInfo.InvariantCulture, $"self {join.Self.Value:x16}\n");
        foreach (var member in join.Members)
        {
            text.Append(CultureInfo.InvariantCulture, $"member {member.Id.Value:x16} {OrNothing(member.Name)} {OrNothing(member.PeerAddress)} ")
                .Append(CultureInfo.InvariantCulture, $"{OrNothing(member.ClientAddress)}\n");
        }

        return text.Append(ChecksumLine(text.ToString())).ToString();
    }

    private static ClusterJoin? Parse(string text)
    {
        var checksumAt = text.LastIndexOf("checksum ", StringComparison.Ordinal);
        if (checksumAt < 0 || text[checksumAt..] != ChecksumLine(text[..checksumAt])) return null;
        var lines = text[..checksumAt].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 4 || lines[0] != Title) return null;
        if (Number(lines[1], "cluster ") is not { } cluster || Number(lines[2], "self ") is not { } self) return null;
        var members = new List<MemberInfo>();
        foreach (var line in lines[3..])
        {
            var words = line.Split(' ');
            if (words is not ["member", { } id, { } name, { } peer, { } client] || Number(id, "") is not { } number) return null;
            members.Add(new(new(number), OrEmpty(name), OrEmpty(peer), OrEmpty(client)));
        }

        return new(cluster, new(self), members);
    }

    private static string OrNothing(string text) => text.Length == 0 || text.Any(char.IsWhiteSpace) ? Nothing : text;

    private static string OrEmpty(string word) => word == Nothing ? "" : word;

    private static ulong? Number(string line, string label) =>
        line.StartsWith(label, StringComparison.Ordinal)
        && ulong.TryParse(line.AsSpan(label.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static string ChecksumLine(string text) =>
        string.Create(CultureInfo.InvariantCulture, $"checksum {Crc32C.Append(0, Encoding.UTF8.GetBytes(text)):x8}\n");

    private static StorageDamagedException Damaged(string path) => new(path, 0, "it does not say which cluster this node joined, or its checksum does not match");
}
