using System.Collections.Frozen;
using System.Net.Sockets;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Transport;

namespace ActorQuorum.Voting;

/// <summary>The peers' TCP transport as the constant election uses it: nobody is known at the start, and strangers are let in.</summary>
internal static class VotingTransport
{
    /// <summary>A warning about one peer and reason is not repeated within this.</summary>
    public static readonly TimeSpan WarningPeriod = TimeSpan.FromSeconds(10);

    // A roster of as many members as there may be, with the longest names, fits.
    private const int FrameSizeBytes = 2 << 20;

    // Votes are told again and again: what a peer does not take within some heartbeats need not wait.
    private const int QueueMessages = 256;

    /// <summary>The settings.</summary>
    public static PeerTransportOptions OptionsOf(ulong clusterId, VotingMember self, Socket listening, TimeProvider time) => new()
    {
        ClusterId = clusterId,
        Self = self.Id,
        Name = self.Name,
        Incarnation = self.Id.Value,
        Listen = PeerContact.AddressOf(self).Address,
        Listening = listening,
        Contact = self,
        Peers = FrozenDictionary<MemberId, PeerAddress>.Empty,
        FrameSizeBytes = FrameSizeBytes,
        QueueMessages = QueueMessages,
        QueueSizeBytes = 2 * FrameSizeBytes,
        WarningPeriod = WarningPeriod,
        Time = time,
    };
}
