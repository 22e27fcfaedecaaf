using System.Collections.Concurrent;
using ActorQuorum.Cli.Client;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Clusters;

/// <summary>Writes keys, each once, through all nodes at the same time, and keeps what became of each write.</summary>
internal sealed class Writers(RealCluster cluster)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(2);
    private readonly ConcurrentDictionary<string, string> _acknowledged = new();
    private readonly ConcurrentDictionary<string, string> _refused = new();
    private int _unknown;

    /// <summary>Keys whose write was acknowledged, and their values.</summary>
    public IReadOnlyDictionary<string, string> Acknowledged => _acknowledged;

    /// <summary>Keys whose write certainly has no effect, and why.</summary>
    public IReadOnlyDictionary<string, string> Refused => _refused;

    public override string ToString() => $"{_acknowledged.Count} acknowledged, {_refused.Count} without effect, {_unknown} unknown";

    public Task RunAsync(int count, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(writer => Task.Run(() => WriteAsync(writer, stop), CancellationToken.None)));

    private async Task WriteAsync(int writer, CancellationToken stop)
    {
        using var pace = new PeriodicTimer(Pace);
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            await pace.WaitForNextTickAsync(CancellationToken.None);
            var node = cluster.Nodes[(writer + number) % cluster.Nodes.Count];
            if (!node.IsRunning)
                continue;
            var key = $"w/{writer}/{number:d6}";
            await WriteOnceAsync(node, key, $"value of {key}");
        }
    }

    private async Task WriteOnceAsync(RealNode node, string key, string value)
    {
        try
        {
            await node.PutAsync(key, value);
            _acknowledged[key] = value;
        }
        catch (CallFailedException e) when (e.Failure is CallFailure.NotSent or CallFailure.NotTaken or CallFailure.Refused)
        {
            _refused[key] = $"{node.Name}: {e.Message}";
        }
        catch (Exception e) when (e is CallFailedException or ObjectDisposedException or OperationCanceledException)
        {
            Interlocked.Increment(ref _unknown);
        }
    }
}
