using System.Globalization;
using ActorQuorum.Configuration.Hocon;

namespace ActorQuorum.Configuration;

/// <summary>
/// One object of the configuration, read key by key; each getter checks type and range. Keys that <paramref name="given"/> lacks,
/// because it was replaced as a whole, are taken from <paramref name="reference"/>.
/// </summary>
internal sealed class ConfigurationSection(string path, HoconObject given, HoconObject reference, Origin fallback)
{
    public string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";

    public HoconField Field(string key) => given.Fields.GetValueOrDefault(key) ?? reference.Fields[key];

    public bool IsGiven(string key) => Field(key).KeyOrigin.File != ReferenceConfiguration.Name;

    /// <summary>An error at a key; for one the user has not written, at the place where it would be written.</summary>
    public ConfigurationException Error(string key, string problem)
    {
        var origin = IsGiven(key) ? Field(key).KeyOrigin : fallback;
        return origin.Error($"{PathOf(key)} {problem}");
    }

    public ConfigurationSection Section(string key)
    {
        var field = Field(key);
        return field.Value is HoconObject o
            ? new ConfigurationSection(PathOf(key), o, (HoconObject)reference.Fields[key].Value, fallback)
            : throw Error(key, $"must be an object, {PathOf(key)} {{ … }}, but is {field.Value.Describe()}.");
    }

    public string Text(string key) => OptionalText(key)
        ?? throw Error(key, IsGiven(key) ? "must not be null: leave the key out for its default." : "is missing: it has no default.");

    public string? OptionalText(string key) => Field(key).Value switch
    {
        HoconScalar { Kind: ScalarKind.Null } => null,
        HoconScalar { Text.Length: > 0 } scalar => scalar.Text,
        var other => throw Error(key, $"must be a text that is not empty, but is {other.Describe()}."),
    };

    public TimeSpan Duration(string key, TimeSpan min, TimeSpan max)
    {
        var value = Field(key).Value;
        if (!HoconUnits.TryParseDuration(Amount(value), out var duration))
            throw Error(key, $"must be a duration such as 50ms, 7s or 2m, but is {value.Describe()}.");
        return duration >= min && duration <= max
            ? duration
            : throw Error(key, $"must be from {Show(min)} to {Show(max)}, but is {value.Describe()}.");
    }

    public long Size(string key, long min, long max)
    {
        var value = Field(key).Value;
        if (!HoconUnits.TryParseSize(Amount(value), out var sizeBytes))
            throw Error(key, $"must be a size such as 512KiB, 64MiB or 1GiB, but is {value.Describe()}.");
        return sizeBytes >= min && sizeBytes <= max
            ? sizeBytes
            : throw Error(key, $"must be from {ShowSize(min)} to {ShowSize(max)}, but is {value.Describe()}.");
    }

    public int Count(string key, int min, int max)
    {
        var value = Field(key).Value;
        if (!decimal.TryParse(Amount(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || number != decimal.Truncate(number))
        {
            throw Error(key, $"must be a whole number, but is {value.Describe()}.");
        }

        return number >= min && number <= max ? (int)number : throw Error(key, $"must be from {min} to {max}, but is {value.Describe()}.");
    }

    public T Choice<T>(string key, IReadOnlyDictionary<string, T> choices)
    {
        var text = Text(key);
        return choices.TryGetValue(text, out var choice)
            ? choice
            : throw Error(key, $"must be one of {string.Join(", ", choices.Keys)}, but is \"{text}\".");
    }

    /// <summary>The text of a number, or of a string that may hold one; "" for what can be no amount.</summary>
    private static string Amount(HoconValue value) =>
        value is HoconScalar { Kind: ScalarKind.Number or ScalarKind.String } scalar ? scalar.Text : "";

    private static string Show(TimeSpan duration) => duration switch
    {
        { TotalMinutes: >= 1 } => $"{duration.TotalMinutes}m",
        { TotalSeconds: >= 1 } => $"{duration.TotalSeconds}s",
        _ => $"{duration.TotalMilliseconds}ms",
    };

    private static string ShowSize(long sizeBytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        for (; sizeBytes >= 1024 && sizeBytes % 1024 == 0 && unit < units.Length - 1; unit++) sizeBytes /= 1024;
        return $"{sizeBytes}{units[unit]}";
    }
}
