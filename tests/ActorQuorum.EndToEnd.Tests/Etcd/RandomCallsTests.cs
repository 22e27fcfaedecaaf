using System.Globalization;
using ActorQuorum.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace ActorQuorum.EndToEnd.Tests.Etcd;

/// <summary>Random requests of all kinds of the KV service, answered as by a real etcd. A failure names the seed, which draws the same requests again.</summary>
[Trait("Row", "RN-2")]
public sealed class RandomCallsTests(ITestOutputHelper output)
{
    private const int Calls = 2000;

    // Few keys meet often, and their order is fixed; many make trees of several levels.
    private const int Few = 10;
    private const int Many = 150;

    [SkippableTheory]
    [InlineData(1, Few)]
    [InlineData(2, Many)]
    public Task Random_requests_are_answered_as_by_etcd(int seed, int keys) => ReplayAsync(seed, keys);

    [SkippableFact]
    public Task Requests_never_drawn_before_are_answered_as_by_etcd()
    {
        var seed = (int)(DateTime.UtcNow.Ticks >> 16) & int.MaxValue;
        return ReplayAsync(seed, seed % 2 == 0 ? Few : Many);
    }

    private async Task ReplayAsync(int seed, int keys)
    {
        Skip.IfNot(RealEtcd.IsInstalled, RealEtcd.Missing);
        output.WriteLine($"seed {seed}, {keys} keys");
        await using var pair = new EtcdPair();
        await pair.InitializeAsync();
        var calls = new RandomCalls(seed, keys);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var number = 1; number <= Calls; number++)
        {
            var call = calls.Next(pair.Revision);
            var answer = await SameAsync(pair, call, $"seed {seed}, {keys} keys, request {number}");
            var outcome = $"{call.Method} {answer.Code.ToString(CultureInfo.InvariantCulture)} {answer.Text}";
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        foreach (var (outcome, count) in outcomes)
            output.WriteLine($"{count,6} {outcome}");
        outcomes.Count.ShouldBeGreaterThan(15, "the requests reach every answer");
    }

    private static async Task<WireAnswer> SameAsync(EtcdPair pair, KeyValueCall call, string where)
    {
        try
        {
            return await pair.SameAsync(call);
        }
        catch (ShouldAssertException e)
        {
            throw new ShouldAssertException($"{where}: {e.Message}", e);
        }
    }
}
