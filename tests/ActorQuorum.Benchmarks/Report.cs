using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorQuorum.Benchmarks;

/// <summary>How figures are printed.</summary>
internal static class Report
{
    public static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    public static void Machine() =>
        Line($"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}");

    /// <summary>The value that the given share of all stays at or below.</summary>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);

    public static string Join(IEnumerable<double> values, string format) =>
        string.Join(" / ", values.Select(value => value.ToString(format, CultureInfo.InvariantCulture)));
}
