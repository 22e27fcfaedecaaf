namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>The difference of two texts, line by line, by their longest common subsequence.</summary>
internal static class TraceDiff
{
    /// <summary>All lines of both: <c>-</c> before those only expected, <c>+</c> before those only printed.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var common = new int[expected.Count + 1, actual.Count + 1];
        for (var e = expected.Count - 1; e >= 0; e--)
            for (var a = actual.Count - 1; a >= 0; a--)
                common[e, a] = expected[e] == actual[a] ? common[e + 1, a + 1] + 1 : Math.Max(common[e + 1, a], common[e, a + 1]);

        var (i, j) = (0, 0);
        while (i < expected.Count || j < actual.Count)
        {
            if (i < expected.Count && j < actual.Count && expected[i] == actual[j])
            {
                yield return "    " + expected[i];
                i++;
                j++;
            }
            else if (j == actual.Count || (i < expected.Count && common[i + 1, j] >= common[i, j + 1]))
            {
                yield return "  - " + expected[i++];
            }
            else
            {
                yield return "  + " + actual[j++];
            }
        }
    }
}
