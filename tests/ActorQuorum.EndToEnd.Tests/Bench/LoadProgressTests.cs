using ActorQuorum.Cli.Bench;

namespace ActorQuorum.EndToEnd.Tests.Bench;

public sealed class LoadProgressTests
{
    [Fact]
    public void One_line_is_drawn_over_and_over_with_the_rate_since_the_last()
    {
        using var terminal = new StringWriter();
        var progress = new LoadProgress(terminal, isShown: true);
        var counts = new LoadCounts();
        for (var i = 0; i < 1000; i++) counts.Of(LoadKind.Put).Record(2_047);
        progress.Show(TimeSpan.FromSeconds(1), counts, openConnections: 4);
        for (var i = 0; i < 200; i++) counts.Of(LoadKind.Get).Record(30_000);
        counts.Failed("n1: no leader", 3);
        progress.Show(TimeSpan.FromSeconds(1.5), counts, openConnections: 3);
        progress.End();

        terminal.ToString().Split("\r\e[2K").ShouldBe(
        [
            "", "  1.0 s     1,000/s  p50 2.05 ms  p99 2.05 ms  max 2.05 ms  0 errors  4 connections",
            "  1.5 s       400/s  p50 2.05 ms  p99 30.0 ms  max 30.0 ms  3 errors  3 connections", "",
        ]);
    }

    [Fact]
    public void Nothing_is_drawn_where_there_is_no_terminal()
    {
        using var file = new StringWriter();
        var progress = new LoadProgress(file, isShown: false);
        progress.Say("warming up");
        progress.Show(TimeSpan.FromSeconds(1), new LoadCounts(), 1);
        progress.End();

        file.ToString().ShouldBeEmpty();
    }
}
