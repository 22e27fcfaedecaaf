using System.Globalization;

namespace ActorQuorum.Cli.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Show
{
    /// <summary>A member's or cluster's number, as etcd prints it.</summary>
    public static string Id(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);

    public static string Size(long bytes) => bytes switch
    {
        < 1 << 10 => FormattableString.Invariant($"{bytes} B"),
        < 1 << 20 => FormattableString.Invariant($"{bytes / 1024.0:0.0} KiB"),
        < 1 << 30 => FormattableString.Invariant($"{bytes / 1024.0 / 1024.0:0.0} MiB"),
        _ => FormattableString.Invariant($"{bytes / 1024.0 / 1024.0 / 1024.0:0.0} GiB"),
    };

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
