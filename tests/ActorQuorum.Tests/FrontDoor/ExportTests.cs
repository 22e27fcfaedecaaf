namespace ActorQuorum.Tests.FrontDoor;

/// <summary>Snapshots that a running node gives away: a bounded number at once, and whoever gives up gives its place back.</summary>
[Trait("Row", "RP-8")]
public sealed class ExportTests
{
    private const int MostCallers = 16;

    [Fact]
    public async Task So_many_read_at_once_and_no_more()
    {
        await using var cluster = await OwnCluster.StartAsync(1);
        await cluster.LeaderAsync();
        var node = (ISnapshotNode)cluster["n1"];
        var exports = await Task.WhenAll(Enumerable.Range(0, MostCallers).Select(_ => node.ExportAsync(default))).InTime();
        var bytes = new byte[exports[0].SizeBytes];
        exports[0].Read(0, bytes).ShouldBe(bytes.Length);
        await ShouldBeRefusedAsync(node);
        foreach (var export in exports) export.Dispose();
        (await node.ExportAsync(default).InTime()).Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_gives_its_place_back_at_once()
    {
        // Of two members one is there: nobody leads, nothing is applied, and so there is nothing to give yet.
        await using var cluster = new OwnCluster(2);
        var node = (ISnapshotNode)await cluster.StartAsync("n1");
        using var one = new CancellationTokenSource();
        using var all = new CancellationTokenSource();
        var first = node.ExportAsync(one.Token);
        var others = Enumerable.Range(1, MostCallers - 1).Select(_ => node.ExportAsync(all.Token)).ToArray();
        await ShouldBeRefusedAsync(node);
        await one.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first.InTime());
        var late = node.ExportAsync(all.Token);
        await ShouldBeRefusedAsync(node);
        late.IsCompleted.ShouldBeFalse("it was let in, or it would have been refused before the one behind it");
        await all.CancelAsync();
        foreach (var call in others.Append(late)) await Should.ThrowAsync<OperationCanceledException>(() => call.InTime());
    }

    private static async Task ShouldBeRefusedAsync(ISnapshotNode node)
    {
        var refusal = await Should.ThrowAsync<QuorumException>(() => node.ExportAsync(default).InTime());
        refusal.Error.ShouldBe(QuorumError.Overloaded);
        refusal.Message.ShouldContain("n1");
    }
}
