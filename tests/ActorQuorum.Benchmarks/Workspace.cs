namespace ActorQuorum.Benchmarks;

/// <summary>A folder beside the program, on a real disk (the system's temporary folder may be memory), removed afterwards.</summary>
internal sealed class Workspace : IDisposable
{
    public Workspace() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "bench-" + Guid.NewGuid().ToString("n")[..12]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
