namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>Executable files that note when they run, in a folder with a space in its name.</summary>
internal sealed class Scripts : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public Scripts()
    {
        Skip.If(OperatingSystem.IsWindows(), "These scripts are for a POSIX shell.");
        Directory.CreateDirectory(Folder);
    }

    private string Folder => Path.Combine(_scratch.Path, "role scripts");

    private string Notes => Path.Combine(Folder, "notes");

    /// <summary>Writes a script that notes its name and the given variables, and then does something.</summary>
    public string Write(string name, string variables, string then = "true")
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, $"#!/bin/sh\necho \"{name} {variables}\" >> '{Notes}'\n{then}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>What was noted, a line a run.</summary>
    public string[] Noted() => File.Exists(Notes) ? File.ReadAllLines(Notes) : [];

    public Task NotesAsync(string line) =>
        Eventually.HoldsAsync($"a script notes \"{line}\"", () => Noted().Contains(line), () => string.Join('\n', Noted()));

    public void Dispose() => _scratch.Dispose();
}
