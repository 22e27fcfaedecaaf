using System.Diagnostics.Metrics;

namespace ActorQuorum.Metrics;

/// <summary>Collects the instruments of one node, whatever else is measured in the process: those whose meter's scope is that node.</summary>
internal sealed class MetricReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly Lock _collecting = new();
    private readonly Dictionary<Instrument, MetricFamily> _families = [];

    /// <summary>Begins to collect.</summary>
    public MetricReader(object scope)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!ReferenceEquals(instrument.Meter.Scope, scope)) return;
            var family = new MetricFamily(instrument);
            lock (_gate) _families.Add(instrument, family);
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.MeasurementsCompleted = (instrument, _) =>
        {
            lock (_gate) _families.Remove(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>All there is to tell at this moment, by name. One collection at a time: each begins by forgetting what the last one observed.</summary>
    public IReadOnlyList<MetricFamilySnapshot> Collect()
    {
        lock (_collecting) return CollectAlone();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private IReadOnlyList<MetricFamilySnapshot> CollectAlone()
    {
        MetricFamily[] families;
        lock (_gate) families = [.. _families.Values];
        foreach (var family in families) family.BeginCollecting();
        _listener.RecordObservableInstruments();
        return [.. families.Select(family => family.Snapshot()).OrderBy(family => family.Name, StringComparer.Ordinal)];
    }
}
