using System.Buffers.Binary;
using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Storage;

/// <summary>A log on a simulated disk, and the model of what it should hold.</summary>
internal sealed class LogRig
{
    public const string Directory = "log";

    public static WriteAheadLogOptions Options { get; } =
        new() { ClusterId = 0xC1, Member = new MemberId(0xA1), Incarnation = 0x11 };

    public SimulatedDisk Disk { get; init; } = new(1);

    public LogModel Model { get; } = new();

    public static string PathOf(long segment) => Path.Combine(Directory, SegmentHeader.NameOf(segment));

    public static WriteAheadLog Open(IFileSystem files, out RecoveredLog recovered, long segmentSizeBytes = 1 << 20) =>
        WriteAheadLog.Open(files, Directory, Options with { SegmentSizeBytes = segmentSizeBytes }, out recovered);

    public void Write(ILogStore log, params Persist[] batch)
    {
        log.Write(batch);
        Model.Add(batch);
    }

    /// <summary>Four batches of two groups, each flushed, with new terms and a truncation; the log stays as a crash leaves it.</summary>
    public static LogRig FourBatches(bool cleanStop = false)
    {
        var rig = new LogRig();
        using WriteAheadLog log = Open(rig.Disk, out _);
        var (one, two) = (new GroupScript(1), new GroupScript(2));
        rig.Write(log, one.Next(2), two.Next(1));
        log.Flush();
        rig.Write(log, one.Next(3, newTerm: true), one.Next(1));
        log.Flush();
        rig.Write(log, one.Next(2, newTerm: true, truncateFrom: 4), two.Next(0, newTerm: true));
        log.Flush();
        rig.Write(log, two.Next(2), one.Next(1, commandBytes: 0));
        log.Flush();
        if (cleanStop)
            log.Close();
        return rig;
    }

    /// <summary>Where each record of a segment starts and ends, read by the documented layout and by nothing else.</summary>
    public static List<(int Start, int End, byte Kind)> Layout(byte[] segment)
    {
        var records = new List<(int, int, byte)>();
        for (int at = 64; at < segment.Length;)
        {
            int end = at + 8 + BinaryPrimitives.ReadInt32LittleEndian(segment.AsSpan(at));
            records.Add((at, end, segment[at + 8]));
            at = end;
        }

        return records;
    }

    /// <summary>The highest synced offset that the segment's marks state.</summary>
    public static long HighestMark(byte[] segment) => Layout(segment)
        .Where(record => record.Kind is 1 or 5)
        .Max(record => BinaryPrimitives.ReadInt64LittleEndian(segment.AsSpan(record.Start + 8 + 5 + 8)));
}
