using System.Buffers.Binary;
using System.Text.RegularExpressions;
using ActorQuorum.Cli.Offline;
using ActorQuorum.Core.Raft;
using ActorQuorum.EndToEnd.Tests.Harness;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;

namespace ActorQuorum.EndToEnd.Tests.BadInput;

/// <summary>A snapshot's file that is cut, flipped, or none: each command says so in one line, with file and offset, ends with 1, and changes nothing.</summary>
[Trait("Row", "RP-8")]
public sealed partial class BadSnapshotTests : IDisposable
{
    private const string Config =
        "actorquorum { node.name = n1\n cluster { id = x, members { n1 { peer = \"127.0.0.1:7101\", client = \"127.0.0.1:2391\" } } } }\n";

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cut")]
    [InlineData("flipped")]
    [InlineData("longer")]
    [InlineData("empty")]
    [InlineData("none")]
    public async Task It_is_neither_shown_nor_restored(string damage)
    {
        var whole = Write("whole.snap");
        var file = _folder.Write("bad.snap", "");
        await File.WriteAllBytesAsync(file, damage switch
        {
            "cut" => whole[..^700],
            "flipped" => [.. whole.Select((value, at) => at == 300 ? (byte)(value ^ 8) : value)],
            "longer" => [.. whole, 0],
            "empty" => [],
            _ => new byte[2000],
        });
        var target = Path.Combine(_folder.Path, "new");

        ShouldSay(await CliProcess.RunAsync("snapshot", "status", file), file);
        ShouldSay(await CliProcess.RunAsync("snapshot", "restore", file, "-c", _folder.Write("n1.conf", Config), "--data-dir", target), file);
        Directory.Exists(target).ShouldBeFalse();
    }

    [Fact]
    public async Task One_of_a_newer_format_is_told_from_damage()
    {
        var bytes = Write("newer.snap");
        var head = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        bytes[8] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(head - 4), Crc32C.Append(0, bytes.AsSpan(0, head - 4)));
        var file = Path.Combine(_folder.Path, "newer.snap");
        await File.WriteAllBytesAsync(file, bytes);

        var shown = await CliProcess.RunAsync("snapshot", "status", file);
        shown.ExitCode.ShouldBe(1, shown.ToString());
        shown.Errors.ShouldContain($"{file} at offset 8 was made by a newer version of ActorQuorum");
    }

    /// <summary>What <c>snapshot status</c> reads, and what <c>snapshot save</c> checks before it gives a file its name.</summary>
    [Fact]
    public void Every_cut_and_every_bit_that_turns_over_is_found()
    {
        var whole = Write("whole.snap");
        SnapshotContent.Of(Path.Combine(_folder.Path, "whole.snap")).Keys.ShouldBe(7);
        var file = Path.Combine(_folder.Path, "bad.snap");
        for (var at = 0; at < whole.Length; at++)
        {
            File.WriteAllBytes(file, whole[..at]);
            ShouldBeRefused(file, $"cut to {at} bytes");
            byte[] flipped = [.. whole];
            flipped[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(file, flipped);
            ShouldBeRefused(file, $"a bit turned over in byte {at}");
        }
    }

    [Fact]
    public async Task A_node_whose_newest_snapshot_is_damaged_does_not_start_with_less_than_it_had()
    {
        await using var cluster = new RealCluster(1, "actorquorum.snapshot { entries = 20, trailing-entries = 0, size = 64KiB }");
        await cluster.StartAsync();
        var node = cluster.Nodes[0];
        for (var i = 0; i < 30; i++) await node.PutAsync($"key{i}", "value");
        await Eventually.HoldsAsync("it has taken a snapshot", () => Snapshots(node).Length > 0 && node.Process!.Output.Contains("took a snapshot", StringComparison.Ordinal), cluster.Describe);
        await node.PutAsync("one", "more");
        await node.DisposeAsync();
        var newest = Snapshots(node).Order(StringComparer.Ordinal).Last();
        var bytes = await File.ReadAllBytesAsync(newest);
        bytes[bytes.Length / 2] ^= 16;
        await File.WriteAllBytesAsync(newest, bytes);

        var started = await CliProcess.RunAsync("run", "-c", node.ConfigFile);
        started.ExitCode.ShouldBe(1, started.ToString());
        started.Errors.ShouldContain($"{newest} at offset ");
        started.Errors.ShouldContain("the checksum of");
        started.Errors.ShouldContain("no valid snapshot holds those before");
        (await File.ReadAllBytesAsync(newest)).ShouldBe(bytes);
    }

    private static string[] Snapshots(RealNode node) => Directory.GetFiles(Path.Combine(node.DataDirectory, "snapshots"), "*.snap");

    private static void ShouldSay(CliProcess run, string file)
    {
        run.ExitCode.ShouldBe(1, run.ToString());
        run.Errors.ShouldContain(file);
        Offset().IsMatch(run.Errors).ShouldBeTrue(run.Errors);
        run.Errors.ShouldNotContain("\n");
    }

    private static void ShouldBeRefused(string file, string what) =>
        Should.Throw<SnapshotDamagedException>(() => SnapshotContent.Of(file), what).Message.ShouldContain($"{file} is damaged at offset ");

    private byte[] Write(string name)
    {
        var path = Path.Combine(_folder.Path, name);
        var store = new KeyValueStore();
        for (var i = 0; i < 7; i++)
        {
            store.Apply(i + 1, Command.Encode(CommandKind.Put, new StateMachines.Etcd.PutRequest
            {
                Key = Google.Protobuf.ByteString.CopyFromUtf8($"key{i}"), Value = Google.Protobuf.ByteString.CopyFromUtf8(new string('v', 100)),
            }));
        }

        var head = new SnapshotHead(0xC1, 0, new SnapshotMark(7, 3, Core.Raft.Membership.Empty, []), DateTimeOffset.UnixEpoch);
        using (var writer = new SnapshotWriter(new LocalFileSystem().Open(path, create: true), head, blockBytes: 200))
        using (var capture = store.Capture())
        {
            while (capture.WriteSome(writer, 300))
            {
            }

            writer.Complete();
        }

        return File.ReadAllBytes(path);
    }

    [GeneratedRegex(@"at offset \d+")]
    private static partial Regex Offset();
}
