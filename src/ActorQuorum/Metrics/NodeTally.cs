using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Metrics;

/// <summary>
/// What a node counts as it works. Each number has one writer, the actor that it is of, so that counting is an addition and nothing else;
/// whoever looks reads it as it is at about that moment. Histograms take measurements only once somebody asked for them.
/// </summary>
internal sealed class NodeTally
{
    private readonly ConcurrentDictionary<MemberId, PeerTally> _peers = [];
    private long _commitIndex;
    private readonly long[] _failures = new long[Enum.GetValues<QuorumError>().Length];

    /// <summary>Commands handed to this node's core, as it led.</summary>
    public long Proposals { get; set; }

    /// <summary>Linearizable queries handed to this node's core, as it led.</summary>
    public long LinearizableReads { get; set; }

    /// <summary>Queries answered from this node's own state.</summary>
    public long SerializableReads { get; set; }

    /// <summary>Requests passed on to the leader.</summary>
    public long Forwarded { get; set; }

    /// <summary>Requests that followers passed on to this node.</summary>
    public long ReceivedForwarded { get; set; }

    /// <summary>Entries that this node learned to be committed.</summary>
    public long Commits { get; set; }

    /// <summary>Entries applied.</summary>
    public long Applied { get; set; }

    /// <summary>Candidacies of this node.</summary>
    public long ElectionsStarted { get; set; }

    /// <summary>Elections that this node won.</summary>
    public long ElectionsWon { get; set; }

    /// <summary>Terms in which this node heard of a leader.</summary>
    public long LeaderChanges { get; set; }

    /// <summary>From when the leader took a command until it was applied.</summary>
    public Histogram<double>? ProposalSeconds { get; set; }

    /// <summary>Each flush of the log.</summary>
    public Histogram<double>? FsyncSeconds { get; set; }

    /// <summary>How many entries one flush made durable.</summary>
    public Histogram<long>? BatchEntries { get; set; }

    /// <summary>From a heartbeat to its answer.</summary>
    public Histogram<double>? RoundTripSeconds { get; set; }

    /// <summary>The other members.</summary>
    public IEnumerable<PeerTally> Peers => _peers.Values.OrderBy(peer => peer.Id);

    /// <summary>Begins to count of another member.</summary>
    public void AddPeer(MemberId id, string name) => _peers.TryAdd(id, new PeerTally(id, name));

    /// <summary>What is counted of a member; null if it is none of the others.</summary>
    public PeerTally? Of(MemberId peer) => _peers.GetValueOrDefault(peer);

    /// <summary>A request ended without its answer. Callers are refused on their own threads, so this one is atomic.</summary>
    public void Failed(QuorumError error) => Interlocked.Increment(ref _failures[(int)error]);

    /// <summary>How many requests ended so.</summary>
    public long Failures(QuorumError error) => Interlocked.Read(ref _failures[(int)error]);

    /// <summary>The core knows what stands up to here to be committed.</summary>
    public void Advanced(long commitIndex)
    {
        Commits += Math.Max(0, commitIndex - _commitIndex);
        _commitIndex = Math.Max(_commitIndex, commitIndex);
    }

    /// <summary>The node's log is empty: what it learns from now on counts, whatever stood there before.</summary>
    public void ForgetLog() => _commitIndex = 0;

    /// <summary>The node's role has changed.</summary>
    public void Changed(RoleChange change)
    {
        if (change.To == Role.Candidate) ElectionsStarted++;
        if (change.To == Role.Leader) ElectionsWon++;
    }
}
