using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.Transport;

namespace ActorQuorum.TestKit.Network;

/// <content>The connections beside the members' own, for snapshots: each has an order of its own, and takes time by what it carries.</content>
internal sealed partial class SimulatedNetwork
{
    private const long BulkBytesPerMillisecond = 100_000;
    private readonly SortedDictionary<(MemberId From, MemberId To), BulkLink> _bulk = [];

    /// <summary>How many of a thousand messages in bulk are the last of their connection: those that are on the way then are lost.</summary>
    public int BulkCutPerThousand { get; set; }

    /// <summary>How many of a thousand chunks of snapshots arrive damaged.</summary>
    public int DamagedPerThousand { get; set; }

    /// <summary>How many of a thousand chunks of snapshots were read wrong by their sender: their checksum is right, and only the whole is not.</summary>
    public int MisreadPerThousand { get; set; }

    /// <summary>Sends a message in bulk.</summary>
    public bool SendBulk(MemberId from, MemberId to, PeerMessage message)
    {
        if (!_stations.TryGetValue(to, out var target) || !_stations.TryGetValue(from, out var source) || !target.Admits(source) || !target.Hears(from)) return false;
        if (!_bulk.TryGetValue((from, to), out var link)) _bulk[(from, to)] = link = new();
        if (IsDrawn(BulkCutPerThousand))
        {
            CutBulk(from, to);
            reached.SnapshotsCut++;
            return true;
        }

        if (IsCut(from, to) || IsDrawn(LostPerThousand)) return true;
        var carried = message is SnapshotChunk chunk ? Disturbed(chunk) : message;
        var takes = message is SnapshotChunk { Bytes.Length: var bytes } ? TimeSpan.FromMilliseconds((double)bytes / BulkBytesPerMillisecond) : TimeSpan.Zero;
        var due = Max(simulation.Now + simulation.Random.Between(LeastLatency, MostLatency), link.LastDelivery) + takes;
        link.LastDelivery = due;
        var connection = link.Connection;
        target.Host.After(due - simulation.Now, () =>
        {
            if (link.Connection != connection || IsCut(from, to) || !target.Hears(from)) return;
            target.Host.Trace(TraceKind.Delivery, _stations.TryGetValue(from, out var sender) ? sender.Number : 0);
            target.Inbox.Deliver(from, carried, NoCredit.Instance);
        });
        return true;
    }

    /// <summary>A connection in bulk ends: what is on its way is lost.</summary>
    public void CutBulk(MemberId from, MemberId to)
    {
        if (_bulk.TryGetValue((from, to), out var link)) link.Connection++;
    }

    private SnapshotChunk Disturbed(SnapshotChunk chunk)
    {
        if (IsDrawn(DamagedPerThousand)) return Damage(chunk);
        return IsDrawn(MisreadPerThousand) ? Misread(chunk) : chunk;
    }

    /// <summary>One bit turns over before the checksum is made.</summary>
    private SnapshotChunk Misread(SnapshotChunk chunk)
    {
        reached.ChunksMisread++;
        var at = simulation.Random.Below(chunk.Bytes.Length * 8L);
        var bytes = chunk.Bytes.ToArray();
        bytes[at / 8] ^= (byte)(1 << (int)(at % 8));
        return chunk with { Bytes = bytes, Crc = SnapshotChunks.CrcOf(chunk.Offset, bytes) };
    }

    /// <summary>One bit turns over, in the bytes or in their checksum.</summary>
    private SnapshotChunk Damage(SnapshotChunk chunk)
    {
        reached.ChunksDamaged++;
        var at = simulation.Random.Below((chunk.Bytes.Length + sizeof(uint)) * 8L);
        if (at < sizeof(uint) * 8) return chunk with { Crc = chunk.Crc ^ (1U << (int)at) };
        var bytes = chunk.Bytes.ToArray();
        bytes[(at / 8) - sizeof(uint)] ^= (byte)(1 << (int)(at % 8));
        return chunk with { Bytes = bytes };
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private sealed class BulkLink
    {
        public TimeSpan LastDelivery { get; set; }

        public int Connection { get; set; }
    }
}
