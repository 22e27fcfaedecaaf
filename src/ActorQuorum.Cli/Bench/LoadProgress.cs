using System.Globalization;

namespace ActorQuorum.Cli.Bench;

/// <summary>One line on a terminal that says how a bench goes. It stands on standard error, and only if that is a terminal: the result is elsewhere.</summary>
internal sealed class LoadProgress(TextWriter terminal, bool isShown)
{
    private const string EraseLine = "\r\e[2K";

    private TimeSpan _lastTime;
    private long _lastCount;

    public static LoadProgress OnTerminal() => new(Console.Error, !Console.IsErrorRedirected);

    public void Say(string text)
    {
        if (isShown) terminal.Write(EraseLine + text + " ...");
    }

    public void Show(TimeSpan elapsed, LoadCounts counts, int openConnections)
    {
        if (!isShown) return;
        var all = counts.All();
        var rate = (all.Count - _lastCount) / Math.Max(0.001, (elapsed - _lastTime).TotalSeconds);
        (_lastTime, _lastCount) = (elapsed, all.Count);
        terminal.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{EraseLine}{elapsed.TotalSeconds,5:0.0} s  {rate,8:N0}/s  p50 {Show(all, 0.5)}  p99 {Show(all, 0.99)}  max {LoadReport.Time(all.MaxMicroseconds)}  {counts.Errors:N0} errors  {openConnections} connections"));
    }

    public void End()
    {
        if (isShown) terminal.Write(EraseLine);
    }

    private static string Show(LatencyHistogram latencies, double share) => LoadReport.Time(latencies.Percentile(share));
}
