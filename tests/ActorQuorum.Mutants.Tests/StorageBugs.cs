using System.Collections.Immutable;
using Xunit.Abstractions;

namespace ActorQuorum.Mutants.Tests;

/// <summary>Bugs of the write-ahead log and the actor that owns it.</summary>
public sealed class StorageBugs(ITestOutputHelper output) : KnownBugs(output)
{
    private const string Actor = "src/ActorQuorum/Actors/StorageActor.cs";
    private const string Record = "src/ActorQuorum/Storage/Record.cs";
    private const string Recovery = "src/ActorQuorum/Storage/LogRecovery.cs";
    private const string Segment = "src/ActorQuorum/Storage/SegmentFile.cs";
    private const string Log = "src/ActorQuorum/Storage/WriteAheadLog.cs";

    private static readonly ImmutableArray<Mutant> All =
    [
        new("batch called durable before its flush", new Edit(Actor, "log.Write(_writing), Flush,", "log.Write(_writing), static () => { },")),
        new("flush that does not reach the disk", new Edit(Log, "        _file.Flush();\n        _syncedBytes", "        _syncedBytes")),
        new("torn tail accepted", new Edit(
            Record, "if (Crc32C.Append(crc, body) != BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]))", "if (crc != crc + 0 * body.Length)")),
        new("torn tail not cut", new Edit(Recovery, "bytes[..end]);", "bytes);")),
        new("damage in what was durable taken for a torn tail", new Edit(
            Recovery, "if (Math.Max(SyncedBytes, mark) > end)", "if (mark < 0)")),
        new("state recovered without its vote", new Edit(
            "src/ActorQuorum/Storage/GroupReplay.cs", "Tail.Take(state) :", "Tail.Take(state with { Vote = MemberId.None }) :")),
        new("truncation lost by recovery", new Edit(
            "src/ActorQuorum/Storage/GroupReplay.cs", "        CollectionsMarshal.SetCount(_entries, (int)(from - 1 - Tail.Base.Index));\n", "")),
        new("segment begun before the one before it is flushed", new Edit(Log, "        AppendBuffer();\n        FlushFile();\n        long closedBytes", "        AppendBuffer();\n        long closedBytes")),
        new("directory not flushed after a rename", new Edit(Segment, "        files.FlushDirectory(directory);\n        return", "        return")),
        new("segment renamed before it is flushed", new Edit(Segment, "            file.Append(bytes);\n            file.Flush();", "            file.Append(bytes);")),
    ];

    public static TheoryData<string> Names => NamesOf(All);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_default_budget_finds(string bug) => Find(All, bug);
}
