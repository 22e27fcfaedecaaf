using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using ActorQuorum.Server.Etcd;
using ActorQuorum.Server.Etcd.Wire;
using ActorQuorum.Server.Grpc;
using ActorQuorum.Tests.Transport;

namespace ActorQuorum.Server.Tests.Etcd;

/// <summary>Maintenance/Snapshot: all of it arrives, and whoever does not take it keeps no place of the node's disk.</summary>
[Trait("Row", "RP-8")]
public sealed class SnapshotStreamTests
{
    private const string Snapshot = "/etcdserverpb.Maintenance/Snapshot";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_snapshot_arrives_whole_and_is_let_go()
    {
        await using var door = await Door.OpenAsync();
        var reply = await door.Client.CallAsync(Snapshot, new SnapshotRequest());
        reply.Code.ShouldBe(0, reply.Message);
        var bytes = new MemoryStream();
        var left = ulong.MaxValue;
        foreach (var piece in Pieces(reply.Body))
        {
            piece.Blob.WriteTo(bytes);
            (left = piece.RemainingBytes).ShouldBe((ulong)(door.Node.Snapshots.Bytes.Length - bytes.Length));
        }

        left.ShouldBe(0UL);
        bytes.ToArray().AsSpan().SequenceEqual(door.Node.Snapshots.Bytes).ShouldBeTrue();
        await LetGoAsync(door);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_is_cut_off_and_its_snapshot_let_go()
    {
        await using var door = await Door.OpenAsync(time: _time);
        using var client = new HttpClient();
        using var response = await BeginAsync(client, door);
        door.Node.Snapshots.Out.Count.ShouldBe(1, "five megabytes do not fit into the buffers between");
        await Eventually.ShouldBeAsync(
            () =>
            {
                // Pieces may still be on their way into those buffers, and each begins the wait anew.
                _time.Advance(s_patience);
                return door.Node.Snapshots.Out.Count == 0;
            },
            "its snapshot is let go");
        await Should.ThrowAsync<HttpRequestException>(() => response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_client_that_goes_away_lets_its_snapshot_go()
    {
        await using var door = await Door.OpenAsync(time: _time);
        using var client = new HttpClient();
        var response = await BeginAsync(client, door);
        response.Dispose();
        await LetGoAsync(door);
    }

    [Fact]
    public async Task A_snapshot_whose_place_the_node_needs_ends_with_a_status()
    {
        await using var door = await Door.OpenAsync(time: _time);
        using var client = new HttpClient();
        using var response = await BeginAsync(client, door);
        door.Node.Snapshots.Out[0].End("the disk of n1 has no room");
        await LetGoAsync(door);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        bytes.Length.ShouldBeLessThan(door.Node.Snapshots.Bytes.Length);
        response.TrailingHeaders.GetValues("grpc-status").ShouldBe(["8"]);
        response.TrailingHeaders.GetValues("grpc-message").ShouldBe(["etcdserver: mvcc: database space exceeded"]);
    }

    [Fact]
    public async Task One_caller_too_many_is_told_so_in_etcds_words()
    {
        await using var door = await Door.OpenAsync();
        door.Node.Failure = new QuorumException(QuorumError.Overloaded, "16 callers wait");
        var reply = await door.Client.CallAsync(Snapshot, new SnapshotRequest());
        (reply.Code, reply.Message).ShouldBe((8, "etcdserver: too many requests"));
    }

    [Fact]
    public async Task A_client_that_gives_up_while_the_snapshot_is_written_is_forgotten()
    {
        await using var door = await Door.OpenAsync();
        door.Node.Holds = true;
        using var gone = new CancellationTokenSource();
        var call = door.Client.CallAsync(Snapshot, new SnapshotRequest(), gone.Token);
        await Eventually.ShouldBeAsync(() => door.Node.Waiting == 1, "the call waits");
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        await Eventually.ShouldBeAsync(() => door.Node.Waiting == 0, "it is forgotten");
    }

    [Fact]
    public async Task A_client_that_takes_a_piece_now_and_then_gets_all_of_it()
    {
        var snapshots = new FakeSnapshots { Bytes = new byte[640 << 10] };
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10, useSynchronizationContext: false));
        var sending = SendAsync(snapshots, pipe);
        var total = 0L;
        while (await TakeAsync(pipe.Reader) is > 0 and var taken)
        {
            total += taken;
            await FilledAsync(pipe.Reader, sending);
            _time.Advance(s_patience - TimeSpan.FromSeconds(1));
        }

        await sending.InTime();
        total.ShouldBeGreaterThan(snapshots.Bytes.Length);
        snapshots.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_stops_in_the_middle_is_cut_off_after_a_while_and_not_before()
    {
        var snapshots = new FakeSnapshots();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10, useSynchronizationContext: false));
        var sending = SendAsync(snapshots, pipe);
        await TakeAsync(pipe.Reader);
        await FilledAsync(pipe.Reader, sending);
        _time.Advance(s_patience - TimeSpan.FromSeconds(1));
        sending.IsCompleted.ShouldBeFalse();
        snapshots.Out.Count.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await Should.ThrowAsync<StalledClientException>(() => sending.InTime())).Message.ShouldContain("for 30 s");
        snapshots.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_stopped_in_the_middle_does_not_keep_a_place_that_the_node_needs()
    {
        var snapshots = new FakeSnapshots();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10, useSynchronizationContext: false));
        var sending = SendAsync(snapshots, pipe);
        await FilledAsync(pipe.Reader, sending);
        snapshots.Out[0].End("the disk of n1 has no room");
        (await Should.ThrowAsync<QuorumException>(() => sending.InTime())).Message.ShouldBe("the disk of n1 has no room");
        snapshots.Out.ShouldBeEmpty();
    }

    private async Task SendAsync(FakeSnapshots snapshots, Pipe pipe)
    {
        await SnapshotStream.SendAsync(snapshots.Take(), new FakeNode().Status, pipe.Writer, _time, CancellationToken.None);
        await pipe.Writer.CompleteAsync();
    }

    /// <summary>Takes what there is; zero at the end.</summary>
    private static async Task<long> TakeAsync(PipeReader reader)
    {
        var read = await reader.ReadAsync().AsTask().InTime();
        var taken = read.Buffer.Length;
        reader.AdvanceTo(read.Buffer.End);
        return taken;
    }

    private static Task FilledAsync(PipeReader reader, Task sending) => Eventually.ShouldBeAsync(
        () => sending.IsCompleted || (reader.TryRead(out var read) && IsFull(reader, read.Buffer)), "the buffers are full again");

    private static bool IsFull(PipeReader reader, ReadOnlySequence<byte> buffer)
    {
        var isFull = buffer.Length > 64 << 10;
        reader.AdvanceTo(buffer.Start, buffer.Start);
        return isFull;
    }

    private static async Task<HttpResponseMessage> BeginAsync(HttpClient client, Door door)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{door.Server.Address}{Snapshot}")
        {
            Content = new ByteArrayContent(WireClient.Frame(new SnapshotRequest())),
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static IEnumerable<SnapshotResponse> Pieces(byte[] body)
    {
        for (var at = 0; at < body.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(at + 1));
            yield return SnapshotResponse.Parser.ParseFrom(body, at + 5, length);
            at += 5 + length;
        }
    }

    private static Task LetGoAsync(Door door) => Eventually.ShouldBeAsync(() => door.Node.Snapshots.Out.Count == 0, "the snapshot is let go");
}
