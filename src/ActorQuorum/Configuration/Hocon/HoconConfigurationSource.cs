using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace ActorQuorum.Configuration.Hocon;

/// <summary>A HOCON file among the sources of a configuration.</summary>
internal sealed class HoconConfigurationSource(string path) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new HoconConfigurationProvider(path);
}

/// <summary>Lays the values of a HOCON file out as keys and strings.</summary>
internal sealed class HoconConfigurationProvider(string path) : ConfigurationProvider
{
    private Dictionary<string, (Origin Origin, string? Value)> _read = [];

    public override void Load()
    {
        _read = new(StringComparer.OrdinalIgnoreCase);
        AddFields(null, HoconReader.ReadFile(path));
        Data = _read.ToDictionary(e => e.Key, e => e.Value.Value, StringComparer.OrdinalIgnoreCase);
    }

    private void AddFields(string? parent, HoconObject fields)
    {
        foreach (var (key, field) in fields.Fields)
            Add(parent is null ? key : ConfigurationPath.Combine(parent, key), field.KeyOrigin, field.Value);
    }

    private void Add(string key, Origin origin, HoconValue value)
    {
        // An empty object or array has no keys below it; it still is there. Null and "" are what the JSON provider makes of them.
        switch (value)
        {
            case HoconObject { Fields.Count: > 0 } fields: AddFields(key, fields); break;
            case HoconArray { Items.Count: > 0 } array: AddItems(key, array); break;
            case HoconScalar { Kind: not ScalarKind.Null } scalar: AddValue(key, origin, scalar.Text); break;
            default: AddValue(key, origin, value is HoconArray ? "" : null); break;
        }
    }

    private void AddItems(string key, HoconArray array)
    {
        for (var i = 0; i < array.Items.Count; i++)
            Add(ConfigurationPath.Combine(key, i.ToString(CultureInfo.InvariantCulture)), array.Items[i].Origin, array.Items[i]);
    }

    private void AddValue(string key, Origin origin, string? value)
    {
        if (_read.TryAdd(key, (origin, value))) return;
        throw origin.Error($"the key '{key}' stands at {_read[key].Origin} too, for letter case does not count here: rename one of them.");
    }
}
