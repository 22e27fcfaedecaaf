using ActorQuorum.Roles;

namespace ActorQuorum.Tests.Roles;

/// <summary>A script that cannot be run is refused at the start, not found at the first change of leadership.</summary>
[Trait("Row", "QC-9")]
public sealed class ScriptCheckTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void No_script_is_no_error() => RoleScript.Of("on-leader", null).ShouldBeNull();

    [Fact]
    public void A_missing_script_is_named()
    {
        var path = _shell.PathOf("no such");
        Refused(path).ShouldBe(
            $"on-leader: the script {path} is not there, or this user may not see it: correct the path (a relative one is relative to the current directory) or create it.");
    }

    [Fact]
    public void A_directory_is_no_script() => Refused(Path.GetDirectoryName(_shell.PathOf("x"))!).ShouldContain("is a directory");

    [SkippableFact]
    public void A_script_that_may_not_be_executed_says_what_to_do()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such right.");
        var path = _shell.Write("up", "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead);
        Refused(path).ShouldEndWith($"is not executable for this user: chmod +x '{path}'");
    }

    [SkippableTheory]
    [InlineData("", "is empty")]
    [InlineData("echo hello\n", "begin it with #!/bin/sh")]
    [InlineData("#!/bin/sh\r\necho hello\r\n", "has line ends of Windows")]
    [InlineData("#!/no/such/shell -e\n", "names the interpreter '/no/such/shell' in its first line, which is not there")]
    public void A_text_that_the_system_would_not_start_is_refused(string text, string because)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows starts by the name's end.");
        Refused(_shell.Write("up", text)).ShouldContain(because);
    }

    [SkippableTheory]
    [InlineData("#!/bin/sh\n")]
    [InlineData("#!/bin/sh")]
    [InlineData("#! /usr/bin/env sh\n")]
    [InlineData("\u007fELF\0\0\n")]
    public void What_the_system_can_start_is_taken(string text)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows starts by the name's end.");
        var path = _shell.Write("up", text);
        RoleScript.Of("on-leader", path).ShouldBe(new RoleScript("on-leader", path));
    }

    [Fact]
    public void A_relative_path_is_relative_to_the_current_directory()
    {
        var path = _shell.Write("up", "#!/bin/sh\n");
        RoleScript.Of("on-leader", Path.GetRelativePath(Environment.CurrentDirectory, path))!.Path.ShouldBe(path);
    }

    private static string Refused(string path) => Should.Throw<UnusableScriptException>(() => RoleScript.Of("on-leader", path)).Message;
}
