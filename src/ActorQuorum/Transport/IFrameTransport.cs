using ActorQuorum.Core.Raft;

namespace ActorQuorum.Transport;

/// <summary>Which of two ways a frame goes: what is long must not hold up what is urgent.</summary>
public enum FrameLane
{
    /// <summary>Heartbeats, votes, entries and their answers.</summary>
    Main = 0,

    /// <summary>Snapshots. A transport with one way for both is right, but slower while a snapshot is sent.</summary>
    Bulk = 1,
}

/// <summary>
/// A user's own way of carrying bytes between the members (docs/dotnet.md). What it owes the node is little: frames arrive whole and
/// unchanged, or not at all. It may lose, delay and repeat them; order helps, but is not needed. The node checks the size, the sender, the
/// receiver, the cluster and the number of each frame itself; that nobody but members can put frames in is the transport's part, as it is
/// TCP's network's.
/// </summary>
public interface IFrameTransport : IAsyncDisposable
{
    /// <summary>Begins to carry frames. Members were named by <see cref="Connect"/> before it, and may be named after it.</summary>
    /// <param name="receiver">Takes what arrives for this node.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>Ends once frames can arrive.</returns>
    Task StartAsync(IFrameReceiver receiver, CancellationToken cancellationToken);

    /// <summary>Names a member that frames will be sent to, or its new address. The same again changes nothing.</summary>
    /// <param name="member">The member.</param>
    /// <param name="address">
    /// Its peer address, as the configuration or the log gives it; it need not mean anything to the transport. Empty for a member that spoke before
    /// this node has heard of it; its address follows as soon as the log says it.
    /// </param>
    void Connect(MemberId member, string address);

    /// <summary>Nothing is sent to this member any more.</summary>
    /// <param name="member">The member.</param>
    void Disconnect(MemberId member);

    /// <summary>Takes a frame to a member. Never blocks and never throws.</summary>
    /// <param name="to">The member.</param>
    /// <param name="lane">Which way.</param>
    /// <param name="frame">The frame; nobody changes it afterwards.</param>
    /// <returns>Whether it was taken; false means that it certainly does not arrive.</returns>
    bool Send(MemberId to, FrameLane lane, ReadOnlyMemory<byte> frame);
}

/// <summary>Where a transport brings what arrives for a node. Called from any thread; a frame that is not a member's is dropped, and the log says so.</summary>
public interface IFrameReceiver
{
    /// <summary>A frame arrived. The next one of this sender and lane is to wait until this ends: so a busy node slows its peers down.</summary>
    /// <param name="frame">The frame; it is not read any more once the call has ended.</param>
    /// <param name="cancellationToken">Gives up waiting for the node; the frame is dropped then.</param>
    /// <returns>Ends once there is room for the next one.</returns>
    ValueTask ReceiveAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default);

    /// <summary>What was sent to a member and not answered may be lost: a connection broke. To tell it is optional; it spares callers a wait.</summary>
    /// <param name="member">The member.</param>
    void Lost(MemberId member);
}

/// <summary>What a transport is made with.</summary>
/// <param name="ClusterId">The cluster's number; members of other clusters are none of its business.</param>
/// <param name="Self">This member.</param>
/// <param name="Listen">Its peer address, as the configuration gives it.</param>
/// <param name="FrameLimitBytes">The largest frame that this node sends, and takes.</param>
public sealed record FrameTransportContext(ulong ClusterId, MemberId Self, string Listen, int FrameLimitBytes);
