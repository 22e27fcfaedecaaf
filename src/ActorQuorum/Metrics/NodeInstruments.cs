using System.Diagnostics.Metrics;
using System.Reflection;
using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Metrics;

/// <summary>
/// Shows a node's tally as instruments of System.Diagnostics.Metrics (docs/metrics.md). All but the histograms are read when somebody
/// collects. The meter's scope is the node, so that whoever reads can tell nodes of one process apart.
/// </summary>
internal sealed class NodeInstruments : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "ActorQuorum";

    private readonly Meter _meter;
    private readonly Func<NodeActors> _actors;

    /// <summary>Publishes the instruments of <paramref name="scope"/>, a node.</summary>
    /// <param name="scope">The node.</param>
    /// <param name="node">Its name.</param>
    /// <param name="tally">What it counts, all its lives long.</param>
    /// <param name="actors">The actors of its present life.</param>
    public NodeInstruments(object scope, string node, NodeTally tally, Func<NodeActors> actors)
    {
        _meter = MeterOf(MeterName, scope, node);
        _actors = actors;
        ShowConsensus(tally);
        ShowRequests(tally);
        ShowStorage(tally);
        ShowPeers(tally);
    }

    private NodeView View => _actors().View;

    /// <summary>A meter of a node.</summary>
    public static Meter MeterOf(string name, object scope, string node) => new(new MeterOptions(name)
    {
        Version = typeof(NodeInstruments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0],
        Tags = [new("node", node)],
        Scope = scope,
    });

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void ShowConsensus(NodeTally tally)
    {
        Counter("actorquorum.elections.started", "{election}", "Candidacies of this node.", () => tally.ElectionsStarted);
        Counter("actorquorum.elections.won", "{election}", "Elections that this node won.", () => tally.ElectionsWon);
        Counter("actorquorum.leader.changes", "{term}", "Terms in which this node heard of a leader.", () => tally.LeaderChanges);
        Gauge("actorquorum.leader.present", "{leader}", "1 while this node knows a leader.", () => View.Core.Leader.IsNone ? 0 : 1);
        Gauge("actorquorum.leader.self", "{leader}", "1 while this node leads.", () => View.Core.Role == Role.Leader ? 1 : 0);
        Gauge("actorquorum.term", "{term}", "The latest term that this node has seen.", () => View.Core.Term);
        Gauge("actorquorum.proven", "{node}", "1 once this node's data directory may vote and count.", () => View.Core.IsProven ? 1 : 0);
        Counter("actorquorum.commits", "{entry}", "Entries that this node knows to be committed, those of before its start included.", () => tally.Commits);
        Counter("actorquorum.applies", "{entry}", "Entries applied to the state machine since the node started.", () => tally.Applied);
        Gauge("actorquorum.commit.index", "{entry}", "The highest index known to be committed.", () => View.Core.CommitIndex);
        Gauge("actorquorum.applied.index", "{entry}", "The highest index applied.", () => View.Core.AppliedIndex);
        Gauge("actorquorum.last.index", "{entry}", "The index of the log's last entry.", () => View.Core.LastIndex);
        Gauge("actorquorum.apply.lag.entries", "{entry}", "Entries committed and not yet applied.", () => Lag(View.Core));
        Gauge("actorquorum.revision", "{revision}", "The state machine's revision.", () => View.Revision);
    }

    private void ShowRequests(NodeTally tally)
    {
        Counter("actorquorum.proposals", "{command}", "Commands handed to this node's core, as it led.", () => tally.Proposals);
        Counters("actorquorum.queries", "{query}", "Queries, by how fresh their answer had to be.", () =>
        [
            new(tally.LinearizableReads, new KeyValuePair<string, object?>("consistency", "linearizable")),
            new(tally.SerializableReads, new KeyValuePair<string, object?>("consistency", "serializable")),
        ]);
        Counter("actorquorum.requests.forwarded", "{request}", "Requests passed on to the leader.", () => tally.Forwarded);
        Counter("actorquorum.requests.received", "{request}", "Requests that followers passed on to this node.", () => tally.ReceivedForwarded);
        Counters("actorquorum.requests.failed", "{request}", "Requests that ended without an answer, by why.", () => FailuresOf(tally));
        Gauge("actorquorum.requests.pending", "{request}", "Requests taken and not yet answered.", () => _actors().PendingRequests);
        Gauge("actorquorum.requests.waiting", "{request}", "Requests that wait for a leader.", () => _actors().WaitingRequests);
        Gauges("actorquorum.mailbox.messages", "{message}", "Messages that wait in an actor's mailbox.", () => MailboxesOf(_actors()));
        tally.ProposalSeconds = Durations("actorquorum.proposal.duration", "From when the leader took a command until it was applied.");
    }

    private void ShowStorage(NodeTally tally)
    {
        Gauge("actorquorum.log.size", "By", "Size of the log.", () => View.LogSizeBytes);
        Gauge("actorquorum.disk.full", "{disk}", "1 while less than storage.reserve is free and writes are refused.", () => View.IsDiskNearlyFull ? 1 : 0);
        tally.FsyncSeconds = Durations("actorquorum.log.fsync.duration", "Each flush of the log to the disk.");
        tally.BatchEntries = _meter.CreateHistogram(
            "actorquorum.log.batch.entries", "{entry}", "Entries that one flush made durable.", tags: null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096] });
    }

    private void ShowPeers(NodeTally tally)
    {
        Counters("actorquorum.peer.messages.sent", "{message}", "Messages handed to the connection to a member.", () => OfPeers(tally, peer => peer.Sent));
        Counters(
            "actorquorum.peer.messages.dropped", "{message}", "Messages dropped: no connection to the member, or a full queue.",
            () => OfPeers(tally, peer => peer.Dropped));
        Counters("actorquorum.peer.connections.lost", "{connection}", "Connections to or from a member that were lost.", () => OfPeers(tally, peer => peer.Lost));
        Gauges("actorquorum.peer.connected", "{connection}", "1 while there is a connection to the member.", () => OfPeers(tally, peer => _actors().Look(peer.Id).IsConnected ? 1 : 0));
        Gauges("actorquorum.peer.queue.messages", "{message}", "Messages that wait to be written to a member.", () => OfPeers(tally, peer => _actors().Look(peer.Id).QueuedMessages));
        tally.RoundTripSeconds = Durations("actorquorum.peer.round_trip.duration", "From a heartbeat of this leader to the member's answer.");
    }

    private static long Lag(CoreStatus core) => Math.Max(0, core.CommitIndex - core.AppliedIndex);

    private static IEnumerable<Measurement<long>> FailuresOf(NodeTally tally) => Enum.GetValues<QuorumError>().Select(
        error => new Measurement<long>(tally.Failures(error), new KeyValuePair<string, object?>("error", error.ToString())));

    private static IEnumerable<Measurement<long>> MailboxesOf(NodeActors actors) => actors.Mailboxes.Where(mailbox => mailbox.Waiting is not null).Select(
        mailbox => new Measurement<long>(mailbox.Waiting!.Value, new KeyValuePair<string, object?>("actor", mailbox.Actor)));

    private static IEnumerable<Measurement<long>> OfPeers(NodeTally tally, Func<PeerTally, long> value) =>
        tally.Peers.Select(peer => new Measurement<long>(value(peer), peer.Tag));

    private void Counter(string name, string unit, string description, Func<long> value) =>
        _meter.CreateObservableCounter(name, value, unit, description);

    private void Counters(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> values) =>
        _meter.CreateObservableCounter(name, values, unit, description);

    private void Gauge(string name, string unit, string description, Func<long> value) =>
        _meter.CreateObservableGauge(name, value, unit, description);

    private void Gauges(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> values) =>
        _meter.CreateObservableGauge(name, values, unit, description);

    private Histogram<double> Durations(string name, string description) =>
        _meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBuckets.Seconds });
}
