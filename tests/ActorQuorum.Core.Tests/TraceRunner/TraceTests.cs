using System.Text;

namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>The traces beside this folder: the rules of Raft as text that runs. docs/traces.md tells how to read and write them.</summary>
[Trait("Row", "RP-6")]
public sealed class TraceTests
{
    private const string RewriteVariable = "ACTORQUORUM_REWRITE_TRACES";

    private static bool IsRewriting => Environment.GetEnvironmentVariable(RewriteVariable) == "1";

    public static TheoryData<string> Names => [.. TraceFolder.Files().Select(f => Path.GetFileName(f))];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_core_behaves_as_the_trace_tells(string name)
    {
        var path = Path.Combine(TraceFolder.Traces, name);
        var trace = TraceFile.Parse(name, Read(path));
        var outputs = trace.Run();
        if (IsRewriting) File.WriteAllBytes(path, Encoding.UTF8.GetBytes(trace.WithOutput(outputs)));
        else if (trace.Differences(outputs) is { } differences)
            Assert.Fail($"The core printed other output. If it is right, run with {RewriteVariable}=1 and review it.\n{differences}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rewriting_what_is_right_changes_no_byte(string name)
    {
        var text = Read(Path.Combine(TraceFolder.Traces, name));
        var rewritten = Rewrite(name, text);
        Rewrite(name, rewritten).ShouldBe(rewritten);
        if (!IsRewriting) Encoding.UTF8.GetBytes(rewritten).ShouldBe(File.ReadAllBytes(Path.Combine(TraceFolder.Traces, name)));
    }

    [Theory]
    [InlineData("figure-7")]
    [InlineData("figure-8")]
    [InlineData("figure-8-committed")]
    [InlineData("pre-vote")]
    [InlineData("check-quorum")]
    [InlineData("back-off")]
    [InlineData("late-acknowledgement")]
    [InlineData("contested")]
    [InlineData("ride-on-disk")]
    [InlineData("read-index")]
    [InlineData("hand-over")]
    [InlineData("identity")]
    [InlineData("shell")]
    [InlineData("single-step-bug")]
    [InlineData("leader-removes-itself")]
    [InlineData("joint-leader-dies")]
    [InlineData("learner-promoted")]
    [InlineData("snapshot")]
    [InlineData("going-alone")]
    public void There_is_a_trace_of(string scenario) =>
        TraceFolder.Files().ShouldContain(Path.Combine(TraceFolder.Traces, scenario + ".txt"));

    [Fact]
    public void Every_trace_begins_with_prose() => TraceFolder.Files().ShouldAllBe(f => Read(f).StartsWith("# ", StringComparison.Ordinal));

    [Fact]
    public void Every_command_stands_in_the_manual_and_in_a_trace()
    {
        var manual = File.ReadAllText(Path.Combine(TraceFolder.Root, "docs", "traces.md"));
        var blocks = TraceFolder.Files().SelectMany(f => TraceFile.Parse(f, Read(f)).Blocks);
        var used = blocks.Select(b => TraceCommand.Parse(b.Command).Name).ToHashSet();
        foreach (var (name, (usage, _)) in TraceWorld.Commands)
        {
            manual.ShouldContain($"| `{$"{name} {usage}".Replace("|", "\\|", StringComparison.Ordinal)}` |");
            used.ShouldContain(name);
        }
    }

    private static string Read(string path) => Encoding.UTF8.GetString(File.ReadAllBytes(path));

    private static string Rewrite(string name, string text)
    {
        var trace = TraceFile.Parse(name, text);
        return trace.WithOutput(trace.Run());
    }
}
