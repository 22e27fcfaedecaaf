using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Samples;

/// <summary>Each sample runs as its reader would run it, and does what it says.</summary>
public sealed class SampleTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly List<CliProcess> _processes = [];

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    [Trait("Row", "CO-7")]
    public async Task Three_nodes_in_one_process()
    {
        var sample = Start("ThreeNodesInOneProcess");
        (await sample.ExitAsync()).ShouldBe(0, sample.ToString());
        var lines = sample.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        lines.Length.ShouldBe(3, sample.ToString());
        lines[0].ShouldBe("n3 reads hello");
        lines[1].ShouldMatch("^n[123] led and has stopped$");
        lines[2].ShouldBe("another leads, the greeting is hello");
    }

    [Fact]
    [Trait("Row", "CO-2")]
    public async Task A_replicated_counter()
    {
        var file = ClusterFile(3);
        CliProcess[] counters = [.. Enumerable.Range(1, 3).Select(i => Start("ReplicatedCounter", file, $"n{i}"))];
        foreach (var counter in counters) await counter.PrintsAsync("Type numbers");
        foreach (var (counter, sum) in counters.Zip([5, 10, 15]))
        {
            counter.Type("5");
            await counter.PrintsAsync($"the sum is {sum}");
        }

        counters[1].Type("five");
        await counters[1].PrintsAsync("ProcessorFailed: actorquorum: the processor 'add' refused: 'five' is no number");
        counters[2].Type("-15");
        await counters[2].PrintsAsync("the sum is 0");
        foreach (var counter in counters) counter.CloseInput();
        foreach (var counter in counters) (await counter.ExitAsync()).ShouldBe(0, counter.ToString());
    }

    [Fact]
    public async Task A_worker_that_runs_on_the_leader_only()
    {
        var file = ClusterFile(3);
        CliProcess[] workers = [.. Enumerable.Range(1, 3).Select(i => Start("LeaderOnlyWorker", $"--cluster={file}", $"--actorquorum:node:name=n{i}", $"--actorquorum:node:data-dir={InFolder($"n{i}")}"))];
        await Eventually.HoldsAsync("one works", () => workers.Count(IsWorking) == 1, () => string.Join('\n', workers.AsEnumerable()));
        var first = workers.Single(IsWorking);
        workers.Count(worker => worker.Output.Contains(" works", StringComparison.Ordinal)).ShouldBe(1);

        first.Kill();

        CliProcess[] others = [.. workers.Where(worker => worker != first)];
        await Eventually.HoldsAsync("another works", () => others.Count(IsWorking) == 1, () => string.Join('\n', others.AsEnumerable()));
    }

    [Fact]
    public async Task The_ten_lines_of_the_readme()
    {
        var code = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), "samples", "TenLines", "Program.cs"));
        (await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), "README.md"))).ShouldContain($"```csharp\n{code}```");

        Directory.CreateDirectory(InFolder("config"));
        File.Move(ClusterFile(1), InFolder("config/n1.conf"));
        var sample = Start("TenLines");
        await sample.PrintsAsync("once, on every member.");
        await sample.PrintsAsync("Leader of term 1, n1 leads");
    }

    private static bool IsWorking(CliProcess worker)
    {
        var lines = worker.Output.Split('\n').Where(line => line.Contains(" works, ", StringComparison.Ordinal) || line.Contains(" rests", StringComparison.Ordinal));
        return lines.LastOrDefault()?.Contains(" works, ", StringComparison.Ordinal) ?? false;
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "ActorQuorum.sln"))) directory = directory.Parent;
        return directory.FullName;
    }

    private string InFolder(string name) => Path.Combine(_folder.Path, name);

    private CliProcess Start(string sample, params string[] arguments)
    {
        var process = CliProcess.StartLibrary(sample, _folder.Path, arguments);
        _processes.Add(process);
        return process;
    }

    private string ClusterFile(int count)
    {
        var basePort = FreePorts.BasePort();
        var members = Enumerable.Range(1, count).Select(i =>
            $"n{i} {{ peer = \"{FreePorts.Peer(basePort, i)}\", client = \"{FreePorts.Client(basePort, i)}\" }}");
        var self = count == 1 ? "actorquorum.node.name = n1\n" : "";
        return _folder.Write("cluster.conf", $"{self}actorquorum.cluster {{ id = samples, members {{\n{string.Join('\n', members)}\n}} }}\n");
    }
}
