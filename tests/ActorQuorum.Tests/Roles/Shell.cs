using ActorQuorum.Roles;

namespace ActorQuorum.Tests.Roles;

/// <summary>A folder, with a space in its name, for scripts of a test.</summary>
internal sealed class Shell : IDisposable
{
    private readonly string _folder = Path.Combine(AppContext.BaseDirectory, "role scripts", Guid.NewGuid().ToString("n")[..12]);

    public Shell() => Directory.CreateDirectory(_folder);

    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Writes a file that may be executed.</summary>
    public string Write(string name, string text)
    {
        var path = PathOf(name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public RoleScript Script(string body) => RoleScript.Of("on-leader", Write("a script", "#!/bin/sh\n" + body + "\n"))!;

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
