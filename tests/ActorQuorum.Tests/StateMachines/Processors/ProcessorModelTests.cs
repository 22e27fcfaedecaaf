using System.Globalization;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Stores;

namespace ActorQuorum.Tests.StateMachines.Processors;

/// <summary>Commands drawn from a seed, with a dictionary beside them.</summary>
[Trait("Row", "CO-2")]
public sealed class ProcessorModelTests
{
    private const int Commands = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Two_nodes_that_apply_the_same_commands_hold_what_a_dictionary_holds(int seed)
    {
        var (one, other) = (new Processing(("script", Play)), new Processing(("script", Play)));
        var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var random = new Random(seed);
        for (var i = 0; i < Commands; i++)
        {
            var script = Draw(random);
            var draft = new SortedDictionary<string, string>(model, StringComparer.Ordinal);
            var isKept = PlayModel(script, draft, out var answer);
            if (isKept) model = draft;

            var (result, same) = (one.Run("script", script), other.Run("script", script));

            (result.Code == 0, result.Error, result.Revision).ShouldBe((isKept, same.Error, same.Revision), $"seed {seed}, command {i}: {script}");
            if (isKept) new Bytes(result.Payload).ToString().ShouldBe(answer, $"seed {seed}, command {i}: {script}");
        }

        one.Digest().ShouldBe(other.Digest());
        foreach (var key in Enumerable.Range(0, 12).Select(Key)) one.Value(key).ShouldBe(model.GetValueOrDefault(key));
    }

    private static string Key(int number) => $"k{number}";

    /// <summary>Words: "p3=x" puts, "d3" deletes, "g3" gets, "r3-7" reads a range, "c" counts, "!" throws.</summary>
    private static string Draw(Random random) => string.Join(' ', Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(12) switch
    {
        < 4 => $"p{random.Next(12)}={random.Next(100)}",
        < 7 => $"d{random.Next(12)}",
        7 => $"g{random.Next(12)}",
        8 or 9 => $"r{random.Next(12)}-{random.Next(12)}",
        10 => "c",
        _ => random.Next(3) == 0 ? "!" : "c",
    }));

    private static Bytes Play(ProcessorTransaction store, Bytes payload)
    {
        var answers = new List<string>();
        foreach (var word in payload.ToString().Split(' '))
        {
            var (key, rest) = Split(word);
            switch (word[0])
            {
                case 'p': store.Put(key, rest); break;
                case 'd': answers.Add(store.Delete(key).ToString()); break;
                case 'g': answers.Add(store.Get(key)?.ToString() ?? "-"); break;
                case 'r': answers.Add(string.Join(';', store.Range(StoreRange.Between(key, "k" + rest)).Select(pair => $"{pair.Key}={pair.Value}"))); break;
                case 'c': answers.Add(store.Count(StoreRange.StartingWith("k1")).ToString(CultureInfo.InvariantCulture)); break;
                default: throw new InvalidOperationException("as the script says");
            }
        }

        return string.Join(' ', answers);
    }

    private static bool PlayModel(string script, SortedDictionary<string, string> store, out string answer)
    {
        var answers = new List<string>();
        foreach (var word in script.Split(' '))
        {
            var (key, rest) = Split(word);
            switch (word[0])
            {
                case 'p': store[key] = rest; break;
                case 'd': answers.Add(store.Remove(key).ToString()); break;
                case 'g': answers.Add(store.GetValueOrDefault(key) ?? "-"); break;
                case 'r':
                    answers.Add(string.Join(';', store
                        .Where(pair => string.CompareOrdinal(pair.Key, key) >= 0 && string.CompareOrdinal(pair.Key, "k" + rest) < 0)
                        .Select(pair => $"{pair.Key}={pair.Value}")));
                    break;
                case 'c': answers.Add(store.Keys.Count(stored => stored.StartsWith("k1", StringComparison.Ordinal)).ToString(CultureInfo.InvariantCulture)); break;
                default:
                    answer = "";
                    return false;
            }
        }

        answer = string.Join(' ', answers);
        return true;
    }

    private static (string Key, string Argument) Split(string word)
    {
        var parts = word[1..].Split('=', '-');
        return ("k" + parts[0], parts.Length > 1 ? parts[1] : "");
    }
}
