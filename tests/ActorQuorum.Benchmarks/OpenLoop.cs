using System.Collections.Concurrent;
using System.Diagnostics;
using ActorQuorum.Cli.Client;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Benchmarks;

/// <summary>
/// Puts at a fixed rate, whether or not the earlier ones were answered. Each one's latency runs from the moment it was to be sent, so that a stall
/// counts for all that it held up.
/// </summary>
internal sealed class OpenLoop(IEnumerable<string> addresses, int perSecond) : IDisposable
{
    private const int Keys = 10_000;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Endpoint[] _endpoints = [.. addresses.Select(address => new Endpoint(address))];
    private readonly ByteString _value = ByteString.CopyFrom(new byte[100]);

    /// <summary>Puts until the work is done, and waits for the last answers.</summary>
    public async Task<OpenLoopResult> WhileAsync(Task work)
    {
        var underWay = new List<Task>();
        var (puts, errors) = (new ConcurrentQueue<TimedPut>(), new ConcurrentQueue<string>());
        var began = Stopwatch.GetTimestamp();
        for (var number = 0; !work.IsCompleted;)
        {
            for (var due = (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond); number < due; number++)
                underWay.Add(PutAsync(number, began, puts, errors));
            await Task.Delay(Beat);
        }

        await Task.WhenAll(underWay);
        await work;
        return new([.. puts], errors.Count, errors.FirstOrDefault());
    }

    public void Dispose()
    {
        foreach (var endpoint in _endpoints) endpoint.Dispose();
    }

    private async Task PutAsync(int number, long began, ConcurrentQueue<TimedPut> puts, ConcurrentQueue<string> errors)
    {
        var put = new PutRequest { Key = ByteString.CopyFromUtf8($"open{number % Keys:d5}"), Value = _value };
        try
        {
            await _endpoints[number % _endpoints.Length].CallAsync("/etcdserverpb.KV/Put", put, PutResponse.Parser, Patience, default);
        }
        catch (CallFailedException e)
        {
            errors.Enqueue(e.Message);
        }

        var due = TimeSpan.FromSeconds((double)number / perSecond);
        puts.Enqueue(new(due, (Stopwatch.GetElapsedTime(began) - due).TotalMilliseconds));
    }
}

/// <summary>One put.</summary>
/// <param name="Due">When it was to be sent, from the beginning on.</param>
/// <param name="Milliseconds">How long it took from then; one that failed counts until it did.</param>
internal readonly record struct TimedPut(TimeSpan Due, double Milliseconds);

/// <summary>What became of the puts.</summary>
/// <param name="Puts">All of them.</param>
/// <param name="Errors">How many failed.</param>
/// <param name="FirstError">The first one's reason.</param>
internal sealed record OpenLoopResult(TimedPut[] Puts, int Errors, string? FirstError)
{
    public double P50 => Percentile(0.5);

    public double P99 => Percentile(0.99);

    public double Max => Percentile(1);

    /// <summary>Those that were to be sent before a moment.</summary>
    public OpenLoopResult Until(TimeSpan moment) => this with { Puts = [.. Puts.Where(put => put.Due < moment)] };

    private double Percentile(double share) => Report.Percentile(Puts.Select(put => put.Milliseconds), share);
}
