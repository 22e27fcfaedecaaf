using System.Text;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Properties;

/// <summary>DESIGN "The core": the same inputs give the same effects.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void The_same_inputs_give_the_same_effects()
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var first = Transcript(seed, members: 5);
            first.Length.ShouldBeGreaterThan(5000);
            Transcript(seed, members: 5).ShouldBe(first);
        }
    }

    [Fact]
    public void Another_seed_gives_other_deadlines()
    {
        var waits = Enumerable.Range(0, 20).Select(seed =>
        {
            var node = CoreCluster.Of(3, o => o with { Seed = (ulong)seed })[1];
            var start = node.Cluster.Now;
            node.Cluster.PassDeadline(node);
            return node.Cluster.Now - start;
        });
        waits.Distinct().Count().ShouldBeGreaterThan(5);
    }

    [Fact]
    public void The_generator_gives_the_sequence_it_always_gave()
    {
        // The reference values of SplitMix64 for the seed 1234567.
        var random = new SplitMix64(1234567);
        new[] { random.Next(), random.Next(), random.Next() }.ShouldBe(
            [6457827717110365317ul, 3203168211198807973ul, 9817491932198370423ul]);
    }

    [Fact]
    public void Drawn_times_stay_within_their_bounds()
    {
        var random = new SplitMix64(5);
        for (var i = 0; i < 1000; i++)
            random.Between(TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(6)).ShouldBeInRange(
                TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(6) - TimeSpan.FromTicks(1));
        random.Below(1).ShouldBe(0);
        random.Below(0).ShouldBe(0);
    }

    private static string Transcript(int seed, int members)
    {
        var cluster = CoreCluster.Fresh(members);
        var schedule = new Schedule(cluster);
        var text = new StringBuilder();
        var promised = cluster.WatchSent;
        cluster.WatchSent = (node, message) =>
        {
            promised?.Invoke(node, message);
            text.AppendLine(message switch
            {
                AppendEntries append => $"{append with { Entries = [] }} {Logs.Text(append.Entries)}",
                Introduction introduction => $"{introduction with { View = [] }} {string.Join(',', introduction.View)}",
                _ => message.ToString(),
            });
        };
        cluster.WatchApplied = (node, entry) => text.Append(node.Id).Append(" applies ").AppendLine(Logs.Text([entry]));
        var random = new SplitMix64((ulong)seed);
        schedule.Run(Enumerable.Range(0, 1500).Select(_ => (int)random.Below(2_000_000_000)));
        foreach (var node in cluster.Nodes)
        foreach (var change in node.RoleChanges)
            text.Append(node.Id).Append(' ').AppendLine((change with { Votes = [] }).ToString());
        return text.ToString();
    }
}
