using System.Diagnostics.Metrics;
using ActorQuorum.Actors;
using ActorQuorum.Transport.Discovery;
using ActorQuorum.Voting;

namespace ActorQuorum.Metrics;

/// <summary>Shows a node of the constant election as instruments of System.Diagnostics.Metrics (docs/metrics.md), read when somebody collects.</summary>
internal sealed class VotingInstruments : IDisposable
{
    private readonly Meter _meter;

    /// <summary>Publishes the instruments of <paramref name="scope"/>, a node.</summary>
    public VotingInstruments(object scope, VotingView view, DiscoveryTally tally)
    {
        _meter = NodeInstruments.MeterOf(NodeInstruments.MeterName, scope, view.Status.Name);
        Gauge("actorquorum.voting.master", "{node}", "1 while this node is master.", () => view.Status.Role == VotingRole.Master ? 1 : 0);
        Gauge("actorquorum.voting.epoch", "{epoch}", "The number of the latest mastership that this node accepted.", () => view.Status.Epoch);
        Gauge("actorquorum.voting.connected", "{node}", "Other nodes that this node is connected with.", () => view.Status.Connected.Count);
        Gauge("actorquorum.voting.lost", "{node}", "Nodes that vanished without a goodbye and have not returned.", () => view.Status.Lost.Count);
        Counter("actorquorum.voting.changes", "{change}", "Changes of this node's part or of its master.", () => view.Changes);
        Counter("actorquorum.discovery.announcements", "{datagram}", "Datagrams in which this node presented itself.", () => tally.Sent);
        Counter("actorquorum.discovery.dropped", "{datagram}", "Announcements that came faster than they could be handled.", () => tally.Dropped);
        _meter.CreateObservableCounter(
            "actorquorum.discovery.datagrams", () => DatagramsOf(tally), "{datagram}", "Datagrams heard on the broadcast port, by what became of them.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> DatagramsOf(DiscoveryTally tally) =>
        Enum.GetValues<AnnouncementVerdict>().Select(verdict => new Measurement<long>(
            tally.Heard(verdict), new KeyValuePair<string, object?>("verdict", Shown(verdict))));

    private static string Shown(AnnouncementVerdict verdict) => verdict switch
    {
        AnnouncementVerdict.Taken => "taken",
        AnnouncementVerdict.Own => "own",
        AnnouncementVerdict.TooLarge => "too-large",
        AnnouncementVerdict.OtherVersion => "other-version",
        AnnouncementVerdict.OtherCluster => "other-cluster",
        _ => "malformed",
    };

    private void Gauge(string name, string unit, string text, Func<long> value) => _meter.CreateObservableGauge(name, value, unit, text);

    private void Counter(string name, string unit, string text, Func<long> value) => _meter.CreateObservableCounter(name, value, unit, text);
}
