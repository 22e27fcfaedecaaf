namespace ActorQuorum.Configuration.Hocon;

/// <summary>Where something stands: every error names it.</summary>
internal readonly record struct Origin(string File, int Line)
{
    public ConfigurationException Error(string problem, Exception? cause = null) => new(File, Line, problem, cause);

    public override string ToString() => $"{File}:{Line}";
}
