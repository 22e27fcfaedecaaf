using System.Buffers.Binary;
using System.Security.Cryptography;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Storage;

/// <summary>A snapshot's bytes, against docs/storage.md and against every kind of damage.</summary>
[Trait("Row", "RP-8")]
public sealed class SnapshotFormatTests
{
    private const string File = "snapshots/a.snap";
    private readonly KeyValueStore _store = SnapshotRig.Store(40);
    private readonly byte[] _whole;

    public SnapshotFormatTests()
    {
        var disk = new SimulatedDisk(1);
        SnapshotRig.Write(disk, File, SnapshotRig.Head(41), _store);
        _whole = disk.Bytes(File);
    }

    [Fact]
    public void What_was_written_is_read_back()
    {
        var restored = Read(_whole, out SnapshotHead head);

        SnapshotRig.Digest(restored).ShouldBe(SnapshotRig.Digest(_store));
        head.ShouldBe(SnapshotRig.Head(41) with { Mark = head.Mark });
        head.Mark.Encode().ShouldBe(SnapshotRig.Mark(41).Encode());
    }

    [Fact]
    public void The_layout_is_the_documented_one()
    {
        _whole.AsSpan(0, 8).SequenceEqual("AQSNAP\r\n"u8).ShouldBeTrue();
        BinaryPrimitives.ReadInt32LittleEndian(_whole.AsSpan(8)).ShouldBe(1);
        int at = BinaryPrimitives.ReadInt32LittleEndian(_whole.AsSpan(12));
        uint crc = Crc32C.Append(0, _whole.AsSpan(0, at - 4));
        BinaryPrimitives.ReadUInt32LittleEndian(_whole.AsSpan(at - 4)).ShouldBe(crc);
        var state = new List<byte>();
        int length;
        while ((length = BinaryPrimitives.ReadInt32LittleEndian(_whole.AsSpan(at))) > 0)
        {
            byte[] block = _whole[(at + 8)..(at + 8 + length)];
            crc = Crc32C.Append(Crc32C.Append(crc, _whole.AsSpan(at, 4)), block);
            BinaryPrimitives.ReadUInt32LittleEndian(_whole.AsSpan(at + 4)).ShouldBe(crc);
            state.AddRange(block);
            at += 8 + length;
        }

        BinaryPrimitives.ReadInt64LittleEndian(_whole.AsSpan(at + 8)).ShouldBe(_whole.Length);
        (_whole.Length % 512).ShouldBe(32, "etcd's clients take that for the sign of a hash");
        _whole[^32..].ShouldBe(SHA256.HashData(_whole.AsSpan(0, _whole.Length - 32)));
        state.ShouldBe(StateMachines.StateStream.Of(_store).Bytes);
    }

    [Fact]
    public void Every_bit_that_turns_over_is_found()
    {
        for (int at = 0; at < _whole.Length; at++)
        {
            byte[] damaged = _whole.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            Should.Throw<SnapshotDamagedException>(() => Read(damaged, out _), $"byte {at}");
        }
    }

    [Fact]
    public void Every_cut_is_found_and_so_is_what_was_added()
    {
        for (int length = 0; length < _whole.Length; length++)
            Should.Throw<SnapshotDamagedException>(() => Read(_whole[..length], out _), $"{length} bytes");
        Should.Throw<SnapshotDamagedException>(() => Read([.. _whole, 0], out _));
        Should.Throw<SnapshotDamagedException>(() => Read([.. _whole, .. new byte[512]], out _));
    }

    [Fact]
    public void A_block_that_is_gone_doubled_or_moved_is_found()
    {
        int head = BinaryPrimitives.ReadInt32LittleEndian(_whole.AsSpan(12));
        byte[] first = _whole[head..(head + 108)];
        byte[] second = _whole[(head + 108)..(head + 216)];
        byte[] rest = _whole[(head + 216)..];
        byte[] start = _whole[..head];
        Read([.. start, .. first, .. second, .. rest], out _);
        foreach (byte[] damaged in (byte[][])[[.. start, .. second, .. rest], [.. start, .. first, .. first, .. second, .. rest], [.. start, .. second, .. first, .. rest]])
            Should.Throw<SnapshotDamagedException>(() => Read(damaged, out _));
    }

    [Fact]
    public void No_memory_is_taken_for_a_size_that_cannot_be()
    {
        byte[] head = _whole.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), int.MaxValue);
        Should.Throw<SnapshotDamagedException>(() => Read(head, out _)).Message.ShouldContain("head is to have 2147483647 bytes");

        byte[] block = _whole.ToArray();
        int at = BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(12));
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(at), int.MaxValue);
        Should.Throw<SnapshotDamagedException>(() => Read(block, out _)).Message.ShouldContain("a block is to have 2147483647 bytes");
    }

    [Fact]
    public void A_file_that_is_no_snapshot_is_let_go()
    {
        var file = new WatchedFile(new MemoryFiles().Open("a", create: true));
        Should.Throw<SnapshotDamagedException>(() => new SnapshotReader(file, "a", withHash: true));
        file.IsLetGo.ShouldBeTrue();
    }

    [Fact]
    public void A_newer_format_is_told_from_damage()
    {
        byte[] newer = _whole.ToArray();
        int head = BinaryPrimitives.ReadInt32LittleEndian(newer.AsSpan(12));
        newer[8] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(newer.AsSpan(head - 4), Crc32C.Append(0, newer.AsSpan(0, head - 4)));
        Should.Throw<NewerFormatException>(() => Read(newer, out _)).Message.ShouldContain("format is 2");
    }

    [Fact]
    public void A_snapshot_of_an_empty_store_is_one_too()
    {
        var disk = new SimulatedDisk(1);
        SnapshotRig.Write(disk, File, SnapshotRig.Head(1), new KeyValueStore());
        SnapshotRig.Digest(Read(disk.Bytes(File), out _)).ShouldBe(SnapshotRig.Digest(new KeyValueStore()));
    }

    private sealed class WatchedFile(IFile file) : IFile
    {
        public bool IsLetGo { get; private set; }

        public long Length => file.Length;

        public void Append(ReadOnlySpan<byte> bytes) => file.Append(bytes);

        public int Read(long offset, Span<byte> into) => file.Read(offset, into);

        public void Flush() => file.Flush();

        public void Dispose() => IsLetGo = true;
    }

    private static KeyValueStore Read(byte[] bytes, out SnapshotHead head)
    {
        var disk = SimulatedDisk.Restore(1, new Dictionary<string, byte[]> { [File] = bytes });
        using var reader = new SnapshotReader(disk.Open(File, create: false), File, withHash: true);
        head = reader.Head;
        var store = new KeyValueStore();
        IStateRestore restore = store.BeginRestore();
        restore.Read(reader);
        reader.Finish();
        restore.Install();
        return store;
    }
}
