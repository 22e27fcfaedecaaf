using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>What stretches of the log hold: known without walking them.</summary>
[Trait("Row", "RP-8")]
public sealed class LogSizeTests
{
    /// <summary>Whatever is appended, truncated, compacted and reset, the sizes are those that one finds by adding up.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sizes_are_those_of_the_entries_that_are_there(ulong seed)
    {
        var random = new SplitMix64(seed);
        var log = new RaftLog([.. Enumerable.Range(6, 5).Select(index => EntryOf(index, random))], new(5, 1, IsReset: false));
        var steps = new int[4];
        for (var step = 0; step < 2000; step++)
        {
            var kind = random.Below(20) switch { < 14 => 0, < 16 => 1, < 19 => 2, _ => 3 };
            steps[kind]++;
            Change(log, kind, random);
            Compare(log, random);
        }

        steps.ShouldAllBe(count => count > 20);
    }

    private static void Change(RaftLog log, int kind, SplitMix64 random)
    {
        switch (kind)
        {
            case 1 when log.LastIndex > log.BaseIndex:
                log.TruncateFrom(Between(log.FirstIndex, log.LastIndex, random));
                break;
            case 2 when log.LastIndex > log.BaseIndex:
                log.Acknowledge(log.LastIndex, log.Generation);
                log.CompactTo(Between(log.FirstIndex, log.LastIndex, random));
                break;
            case 3:
                log.Reset(log.LastIndex + random.Below(3), 1);
                break;
            default:
                log.Append(EntryOf(log.LastIndex + 1, random));
                break;
        }
    }

    private static void Compare(RaftLog log, SplitMix64 random)
    {
        log.SizeBytes.ShouldBe(Sum(log, log.BaseIndex, log.LastIndex));
        var last = Between(log.BaseIndex, log.LastIndex, random);
        var after = Between(log.BaseIndex, last, random);
        log.SizeBetween(after, last).ShouldBe(Sum(log, after, last));
        var bound = random.Below(400);
        var least = log.LeastWithin(last, bound);
        least.ShouldBeInRange(log.BaseIndex, last);
        Sum(log, least, last).ShouldBeLessThanOrEqualTo(bound);
        if (least > log.BaseIndex) Sum(log, least - 1, last).ShouldBeGreaterThan(bound, "one more would fit");
    }

    private static long Between(long least, long most, SplitMix64 random) => least + random.Below(most - least + 1);

    private static long Sum(RaftLog log, long after, long last)
    {
        var sum = 0L;
        for (var index = after + 1; index <= last; index++) sum += log[index].SizeBytes;
        return sum;
    }

    private static Entry EntryOf(long index, SplitMix64 random) => new(index, 1, EntryKind.Command, new byte[random.Below(50)]);
}
