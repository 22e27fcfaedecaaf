using ActorQuorum.Configuration.Hocon;

namespace ActorQuorum.Tests.Configuration;

public sealed class HoconUnitsTests
{
    [Theory]
    [InlineData("50", 50_0000)]
    [InlineData("50ms", 50_0000)]
    [InlineData(" 1.5 s ", 1500_0000)]
    [InlineData("100ns", 1)]
    [InlineData("2500 nanoseconds", 25)]
    [InlineData("3us", 30)]
    [InlineData("3 micros", 30)]
    [InlineData("1 milli", 1_0000)]
    [InlineData("2 seconds", 2 * TimeSpan.TicksPerSecond)]
    [InlineData("1e1 m", 10 * TimeSpan.TicksPerMinute)]
    [InlineData("1 hour", TimeSpan.TicksPerHour)]
    [InlineData("1d", TimeSpan.TicksPerDay)]
    [InlineData("-1s", -TimeSpan.TicksPerSecond)]
    public void A_duration_has_a_unit_or_is_in_milliseconds(string text, long ticks)
    {
        HoconUnits.TryParseDuration(text, out var duration).ShouldBeTrue();
        duration.Ticks.ShouldBe(ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ms")]
    [InlineData("5 MS")]
    [InlineData("5 fortnights")]
    [InlineData("5m3s")]
    [InlineData("1,000ms")]
    [InlineData("1e20d")]
    [InlineData("NaN")]
    public void What_is_no_duration_is_none(string text) => HoconUnits.TryParseDuration(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("7", 7L)]
    [InlineData("7B", 7L)]
    [InlineData("7 bytes", 7L)]
    [InlineData("1kB", 1000L)]
    [InlineData("2 kilobytes", 2000L)]
    [InlineData("1MB", 1_000_000L)]
    [InlineData("1 gigabyte", 1_000_000_000L)]
    [InlineData("1TB", 1_000_000_000_000L)]
    [InlineData("1K", 1024L)]
    [InlineData("1k", 1024L)]
    [InlineData("1Ki", 1024L)]
    [InlineData("1.5KiB", 1536L)]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("1m", 1L << 20)]
    [InlineData("3 gibibytes", 3L << 30)]
    [InlineData("1TiB", 1L << 40)]
    [InlineData("1P", 1L << 50)]
    [InlineData("7 exbibytes", 7L << 60)]
    public void A_size_counts_in_thousands_or_in_1024s(string text, long sizeBytes)
    {
        HoconUnits.TryParseSize(text, out var actual).ShouldBeTrue();
        actual.ShouldBe(sizeBytes);
    }

    [Theory]
    [InlineData("KB")]
    [InlineData("1KB")]
    [InlineData("1mib")]
    [InlineData("8EiB")]
    [InlineData("1YB")]
    [InlineData("1 2")]
    public void What_is_no_size_is_none(string text) => HoconUnits.TryParseSize(text, out _).ShouldBeFalse();
}
