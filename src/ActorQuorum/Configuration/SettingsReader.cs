using ActorQuorum.Configuration.Hocon;

namespace ActorQuorum.Configuration;

/// <summary>Reads the sections of the configuration, with the range of each key. The ranges stand in <c>reference.conf</c> too.</summary>
internal static class SettingsReader
{
    private const long KiB = 1L << 10;
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;
    private const long TiB = 1L << 40;

    private static readonly Dictionary<string, StorageKind> StorageKinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["disk"] = StorageKind.Disk,
        ["memory"] = StorageKind.Memory,
    };

    private static readonly Dictionary<string, NodeRuntime> Runtimes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["pool"] = NodeRuntime.Pool,
        ["threads"] = NodeRuntime.Threads,
        ["akka"] = NodeRuntime.Akka,
    };

    /// <summary>The storage object; <c>storage = memory</c> is short for an object with that kind.</summary>
    public static ConfigurationSection StorageSection(ConfigurationSection root, Origin start)
    {
        var field = root.Field("storage");
        if (field.Value is HoconScalar { Kind: ScalarKind.String } kind)
        {
            var fields = new OrderedDictionary<string, HoconField> { ["kind"] = new(field.KeyOrigin, kind) };
            var reference = (HoconObject)ReferenceConfiguration.Values.Fields["storage"].Value;
            return new ConfigurationSection("storage", new HoconObject(kind.Origin, fields), reference, start);
        }

        // Only a string before it can have hidden the default; to fall back to disk without a word would be wrong.
        if (field.Value is HoconObject o && !o.Fields.ContainsKey("kind"))
        {
            throw field.KeyOrigin.Error(
                "storage is an object here and was a string before, which is lost: write storage.kind in place of the string.");
        }

        return root.Section("storage");
    }

    public static StorageKind ReadStorageKind(ConfigurationSection storage) => storage.Choice("kind", StorageKinds);

    public static StorageOptions ReadLog(ConfigurationSection storage) => new()
    {
        SegmentSizeBytes = storage.Size("segment-size", 64 * KiB, GiB),
        ReserveBytes = storage.Size("reserve", 0, TiB),
    };

    public static ElectionOptions ReadElection(ConfigurationSection section)
    {
        var heartbeat = section.Duration("heartbeat", TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        var timeout = section.Duration("timeout", TimeSpan.FromMilliseconds(2), TimeSpan.FromMinutes(5));
        if (heartbeat * 2 > timeout)
        {
            throw section.Error(
                section.IsGiven("heartbeat") ? "heartbeat" : "timeout",
                $"does not fit: the heartbeat of {heartbeat.TotalMilliseconds}ms must be at most half of the timeout of "
                + $"{timeout.TotalMilliseconds}ms, or one lost heartbeat costs the leader its place.");
        }

        return new ElectionOptions
        {
            Protocol = ConstantElectionReader.ReadProtocol(section),
            Heartbeat = heartbeat,
            Timeout = timeout,
            Constant = ConstantElectionReader.Read(section.Section("constant")),
        };
    }

    public static LimitOptions ReadLimits(ConfigurationSection section)
    {
        var limits = new LimitOptions
        {
            RequestSizeBytes = (int)section.Size("request-size", KiB, 64 * MiB),
            FrameSizeBytes = (int)section.Size("frame-size", 64 * KiB, 256 * MiB),
            PendingRequests = section.Count("pending-requests", 1, 1_000_000),
            PendingSizeBytes = section.Size("pending-size", MiB, 16 * GiB),
            RequestTimeout = section.Duration("request-timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            AppendSizeBytes = (int)section.Size("append-size", KiB, 64 * MiB),
            AppendWindow = section.Count("append-window", 1, 4096),
            CatchUpRateBytes = section.Size("catch-up-rate", 64 * KiB, TiB),
            ApplyWindow = section.Count("apply-window", 1, 1_000_000),
            TurnMessages = section.Count("turn", 1, 100_000),
            PeerQueue = section.Count("peer-queue", 16, 1_000_000),
        };
        if (limits.FrameSizeBytes >= limits.RequestSizeBytes + limits.AppendSizeBytes) return limits;
        string[] keys = ["frame-size", "request-size", "append-size"];
        throw section.Error(
            keys.FirstOrDefault(section.IsGiven) ?? keys[0],
            $"does not fit: limits.frame-size ({limits.FrameSizeBytes} bytes) must be at least limits.request-size "
            + $"({limits.RequestSizeBytes}) and limits.append-size ({limits.AppendSizeBytes}) together, since a frame holds a full AppendEntries and one more command.");
    }

    public static SnapshotOptions ReadSnapshot(ConfigurationSection section, ConfigurationSection limits)
    {
        var frameBytes = limits.Size("frame-size", 64 * KiB, 256 * MiB);
        var snapshot = new SnapshotOptions
        {
            Entries = section.Count("entries", 1, 100_000_000),
            SizeBytes = section.Size("size", 64 * KiB, TiB),
            TrailingEntries = section.Count("trailing-entries", 0, 100_000_000),
            TrailingSizeBytes = section.Size("trailing-size", 0, TiB),
            HeldEntries = section.Count("held-entries", 1, 100_000_000),
            HeldSizeBytes = section.Size("held-size", MiB, TiB),
            RateBytes = section.Size("rate", MiB, TiB),
            ChunkSizeBytes = (int)section.Size("chunk-size", 4 * KiB, 16 * MiB),
        };

        // A chunk's frame bears a few numbers besides. Whoever says nothing of chunks has them as small as it takes.
        if (!section.IsGiven("chunk-size")) return snapshot with { ChunkSizeBytes = (int)Math.Min(snapshot.ChunkSizeBytes, frameBytes - KiB) };
        return snapshot.ChunkSizeBytes <= frameBytes - KiB
            ? snapshot
            : throw section.Error(
                "chunk-size", $"does not fit: a chunk of {snapshot.ChunkSizeBytes} bytes and 1KiB besides must fit into limits.frame-size ({frameBytes} bytes).");
    }

    public static NodeRuntime ReadRuntime(ConfigurationSection root) => root.Choice("runtime", Runtimes);

    public static RoleOptions ReadRoles(ConfigurationSection section) => new()
    {
        OnLeader = section.OptionalText("on-leader"),
        OnFollower = section.OptionalText("on-follower"),
        Timeout = section.Duration("timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
    };

    public static MetricsOptions ReadMetrics(ConfigurationSection section)
    {
        var otlp = section.Section("otlp");
        if (otlp.OptionalText("endpoint") is not { } text) return new MetricsOptions();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw otlp.Error("endpoint", $"must be a URL such as \"http://127.0.0.1:4318/v1/metrics\", but is \"{text}\".");
        return new MetricsOptions
        {
            Otlp = new OtlpOptions
            {
                Endpoint = endpoint,
                Interval = otlp.Duration("interval", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
                Timeout = otlp.Duration("timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            },
        };
    }
}
