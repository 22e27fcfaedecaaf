using System.Runtime.InteropServices;
using System.Text;

namespace ActorQuorum.Roles;

/// <summary>Finds out at the start what would keep a script from running at the moment it is needed.</summary>
internal static partial class ScriptCheck
{
    private const int ExecuteAccess = 1;
    private const int HeadBytes = 256;

    /// <summary>What is wrong with the file and what to do about it; null if nothing is.</summary>
    public static string? WhyUnusable(string path)
    {
        if (Directory.Exists(path)) return "is a directory: name the file that is to run.";
        if (!File.Exists(path))
            return "is not there, or this user may not see it: correct the path (a relative one is relative to the current directory) or create it.";
        if (OperatingSystem.IsWindows()) return null;
        return Access(path, ExecuteAccess) == 0 ? WhyUnreadable(path) : $"is not executable for this user: chmod +x '{path}'";
    }

    /// <summary>The kernel reads the first line: a text without an interpreter, or with one that is not there, starts as little as no file at all.</summary>
    private static string? WhyUnreadable(string path)
    {
        if (ReadHead(path) is not { } head) return null;
        if (head.Length == 0) return "is empty: write into it what is to run.";
        if (!head.AsSpan().StartsWith("#!"u8))
            return head.Contains((byte)0) ? null : "has no first line that names its interpreter: begin it with #!/bin/sh or the like.";

        var end = head.IndexOf((byte)'\n');
        if (end < 0) end = head.Length;
        if (head[end - 1] == '\r') return $"has line ends of Windows, which hide its interpreter: sed -i 's/\\r$//' '{path}'";
        var interpreter = Encoding.UTF8.GetString(head, 2, end - 2).Trim().Split(' ', '\t')[0];
        return end == HeadBytes || File.Exists(interpreter) ? null : $"names the interpreter '{interpreter}' in its first line, which is not there: install or correct it.";
    }

    /// <summary>The file's first bytes; null if it may be run but not read.</summary>
    private static byte[]? ReadHead(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var head = new byte[HeadBytes];
            return head[..RandomAccess.Read(file, head, 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
