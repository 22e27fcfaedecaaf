namespace ActorQuorum.Roles;

/// <summary>A program that runs where leadership comes or goes.</summary>
/// <param name="Name">What it is called in messages: <c>on-leader</c> or <c>on-follower</c>.</param>
/// <param name="Path">The file, as an absolute path.</param>
internal sealed record RoleScript(string Name, string Path)
{
    /// <summary>A script that can be run as far as one can tell before.</summary>
    /// <exception cref="UnusableScriptException">It cannot; the message says why and what to do.</exception>
    public static RoleScript? Of(string name, string? path)
    {
        if (path is null) return null;
        var full = System.IO.Path.GetFullPath(path);
        return ScriptCheck.WhyUnusable(full) is { } why
            ? throw new UnusableScriptException($"{name}: the script {full} {why}")
            : new RoleScript(name, full);
    }
}
