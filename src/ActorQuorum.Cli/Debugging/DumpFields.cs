using System.Globalization;
using ActorQuorum.Cli.Output;
using ActorQuorum.Server.Debug.Wire;

namespace ActorQuorum.Cli.Debugging;

/// <summary>The fields of a dump by the words that tables and plain lines use for them.</summary>
internal static class DumpFields
{
    private const string PeerPrefix = "to ";

    /// <summary>What there is of every node, the same names for all.</summary>
    public static IEnumerable<(string Name, string Value)> Of(DumpResponse dump) =>
    [
        ("id", Show.Id(dump.Header.MemberId)),
        ("cluster", Show.Id(dump.Header.ClusterId)),
        ("role", dump.Role),
        ("term", Number(dump.Term)),
        ("vote", OrDash(dump.VoteName)),
        ("leader", OrDash(dump.LeaderName)),
        ("may vote", dump.Proven ? "yes" : "no"),
        ("log first", Number(dump.FirstIndex)),
        ("log last", Number(dump.LastIndex)),
        ("log last term", Number(dump.LastTerm)),
        ("log durable", Number(dump.DurableIndex)),
        ("log commit", Number(dump.CommitIndex)),
        ("log applied", Number(dump.AppliedIndex)),
        ("log size", Show.Size(dump.LogSizeBytes)),
        ("revision", Number(dump.Header.Revision)),
        .. dump.Queues.Select(queue => (queue.Name, queue.Limit > 0 ? $"{queue.Length} of {queue.Limit}" : Number(queue.Length))),
        .. dump.Peers.Select(peer => (PeerPrefix + peer.Name, Sending(peer))),
    ];

    /// <summary>Whether a field is about the connection to a member.</summary>
    public static bool IsPeer(string name) => name.StartsWith(PeerPrefix, StringComparison.Ordinal);

    /// <summary>What a leader knows of a follower.</summary>
    public static IEnumerable<(string Name, string Value)> Of(Follower follower, long lastIndex) =>
    [
        ("match", Number(follower.MatchIndex)),
        ("next", Number(follower.NextIndex)),
        ("behind", Number(Math.Max(0, lastIndex - follower.MatchIndex))),
        ("state", follower.Probing ? "probing" : "replicating"),
        ("under way", Number(follower.UnderWay)),
        ("heard", string.Create(CultureInfo.InvariantCulture, $"{follower.SinceHeardMs} ms ago")),
        ("may vote", follower.Proven ? "yes" : "no"),
    ];

    private static string Sending(Peer peer) =>
        peer.Connected ? string.Create(CultureInfo.InvariantCulture, $"{peer.QueuedMessages} queued, {Show.Size(peer.QueuedBytes)}") : "not connected";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string OrDash(string name) => name.Length == 0 ? "-" : name;
}
