using System.Text.Json;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

public sealed class BenchTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private const int OtherKeys = 20;

    private readonly RealCluster _cluster = three.Cluster;

    [Theory]
    [InlineData("put", 100)]
    [InlineData("get", 100)]
    [InlineData("mixed", 100)]
    [InlineData("put", 300_000)]
    [InlineData("get", 300_000)]
    public async Task Every_kind_of_load_is_answered_without_errors(string kind, int valueBytes)
    {
        using var json = await BenchAsync(_cluster.Endpoints, kind, "--value-bytes", $"{valueBytes}");
        var result = json.RootElement;

        result.GetProperty("errors").GetInt64().ShouldBe(0, result.ToString());
        result.GetProperty("not_found").GetInt64().ShouldBe(0);
        result.GetProperty("unanswered").GetInt64().ShouldBe(0);
        result.GetProperty("connections").GetInt32().ShouldBe(4);
        foreach (var row in kind == "mixed" ? (string[])["put", "get", "both"] : [kind])
        {
            var latencies = result.GetProperty(row);
            latencies.GetProperty("requests").GetInt64().ShouldBePositive();
            latencies.GetProperty("per_second").GetDouble().ShouldBePositive();
            latencies.GetProperty("p50_ms").GetDouble().ShouldBeLessThanOrEqualTo(latencies.GetProperty("p99_ms").GetDouble());
            latencies.GetProperty("p99_ms").GetDouble().ShouldBeLessThanOrEqualTo(latencies.GetProperty("max_ms").GetDouble());
        }
    }

    [Fact]
    public async Task An_endpoint_that_is_down_is_counted_and_left_for_the_next()
    {
        using var json = await BenchAsync("127.0.0.1:1," + _cluster.Endpoints, "put");

        json.RootElement.GetProperty("put").GetProperty("requests").GetInt64().ShouldBePositive();
        json.RootElement.GetProperty("errors").GetInt64().ShouldBePositive();
        json.RootElement.GetProperty("reasons")[0].GetProperty("reason").GetString().ShouldBe("127.0.0.1:1: Connection refused");
    }

    [Fact]
    public async Task Without_any_answer_it_fails_in_one_line()
    {
        var none = await CliProcess.RunAsync("bench", "get", "--seconds", "0.5", "--endpoints", "127.0.0.1:1");
        none.ExitCode.ShouldBe(3);
        none.Errors.ShouldContain("0 of 10000 keys could be written beforehand, and then none for 5 s: 127.0.0.1:1: Connection refused");
    }

    [Fact]
    public async Task An_interrupt_ends_it_early_and_what_was_measured_is_printed()
    {
        var bench = CliProcess.Start("bench", "put", "--seconds", "600", "--warmup", "0", "--clients", "2", "-o", "simple", "--endpoints", _cluster.Endpoints);
        await Eventually.HoldsAsync(
            "it has written more keys than the other tests", async () => await BenchKeysAsync() > OtherKeys, bench.ToString);
        Signals.Send(bench.Id, Signals.Interrupt);

        var ended = await CliProcess.RunAsync(bench);
        ended.ExitCode.ShouldBe(0, ended.ToString());
        ended.Output.ShouldMatch(@"^put\.requests: [1-9]");
    }

    [Theory]
    [InlineData("bench", "burn")]
    [InlineData("bench", "put", "--clients", "0")]
    [InlineData("bench", "put", "--clients", "2", "--connections", "3")]
    [InlineData("bench", "put", "--value-bytes", "2000000")]
    [InlineData("bench", "put", "--seconds", "0")]
    [InlineData("bench", "mixed", "--reads", "100")]
    public async Task A_wrong_load_is_refused_before_anything_is_sent(params string[] arguments)
    {
        var wrong = await CliProcess.RunAsync(arguments);

        wrong.ExitCode.ShouldBe(2, wrong.ToString());
        wrong.Errors.ShouldStartWith("actorquorum: ");
    }

    private async Task<int> BenchKeysAsync()
    {
        var count = await CliProcess.RunAsync("get", "", "--prefix", "--count-only", "--namespace", "bench", "--endpoints", _cluster.Endpoints);
        return int.Parse(count.Output, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<JsonDocument> BenchAsync(string endpoints, params string[] arguments)
    {
        var ended = await CliProcess.RunAsync(
        [
            "bench", .. arguments, "--seconds", "1", "--warmup", "0", "--clients", "8", "--connections", "4", "--keys", $"{OtherKeys}", "-o", "json",
            "--endpoints", endpoints,
        ]);
        ended.ExitCode.ShouldBe(0, ended.ToString());
        return JsonDocument.Parse(ended.Output);
    }
}
