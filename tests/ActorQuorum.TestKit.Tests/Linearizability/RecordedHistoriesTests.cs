using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;
using ActorQuorum.TestKit.Tests.Linearizability.Histories;

namespace ActorQuorum.TestKit.Tests.Linearizability;

/// <summary>Histories of etcd and of a key-value store that others recorded and judged.</summary>
public sealed class RecordedHistoriesTests
{
    /// <summary>Far below a second, far above what any of them takes.</summary>
    private const long MaxSteps = 1_000_000;

    public static TheoryData<string, string> Verdicts()
    {
        var data = new TheoryData<string, string>();
        var lines = RecordedHistories.Folder is { } folder ? File.ReadAllLines(Path.Combine(folder, "verdicts.txt")) : [];
        foreach (var line in lines.Where(l => l.Length > 0)) data.Add(line.Split(' ')[0], line.Split(' ')[1]);
        if (lines.Length == 0) data.Add("", "");
        return data;
    }

    [SkippableTheory]
    [MemberData(nameof(Verdicts))]
    public void The_checker_agrees_with_a_known_verdict(string file, string verdict)
    {
        Skip.If(file.Length == 0, "The recorded histories do not lie beside the project.");
        var path = Path.Combine(RecordedHistories.Folder!, file);
        var result = file.StartsWith("etcd", StringComparison.Ordinal)
            ? LinearizabilityChecker.Check(new RegisterModel(), RecordedHistories.ReadRegister(path), MaxSteps)
            : LinearizabilityChecker.Check(new KeyValueModel(initial: ""), RecordedHistories.ReadKeyValue(path), MaxSteps);
        var expected = verdict == "linearizable" ? Verdict.Linearizable : Verdict.NotLinearizable;
        result.Verdict.ShouldBe(expected, $"{file}, {result.Steps} steps: {result}");
        if (result.Counterexample is { } counterexample) counterexample.IsShortest.ShouldBeTrue();
    }

    /// <summary>A reader that skips lines would agree with many verdicts.</summary>
    [SkippableTheory]
    [InlineData("etcd_000.log")]
    [InlineData("etcd_029.log")]
    [InlineData("kv-c10-ok.txt")]
    [InlineData("kv-c01-bad.txt")]
    public void Every_call_is_read(string file)
    {
        Skip.If(RecordedHistories.Folder is null, "The recorded histories do not lie beside the project.");
        var path = Path.Combine(RecordedHistories.Folder, file);
        var calls = File.ReadLines(path).Count(l => l.Contains(":invoke", StringComparison.Ordinal));
        var answers = File.ReadLines(path)
            .Count(l => l.Contains(":ok", StringComparison.Ordinal) || l.Contains(":fail", StringComparison.Ordinal));
        var read = file.StartsWith("etcd", StringComparison.Ordinal)
            ? RecordedHistories.ReadRegister(path).Select(o => o.Outcome.IsKnown).ToList()
            : [.. RecordedHistories.ReadKeyValue(path).Select(o => o.Outcome.IsKnown)];
        read.Count.ShouldBe(calls);
        read.Count(known => known).ShouldBe(answers);
    }
}
