using System.Text;
using ActorQuorum.Roles;
using ActorQuorum.Tests.Transport;

namespace ActorQuorum.Tests.Roles;

[Trait("Row", "QC-9")]
public sealed class ScriptOutputTests
{
    private readonly List<string> _lines = [];
    private readonly ManualTime _time = new();
    private readonly ScriptOutput _output;

    public ScriptOutputTests() => _output = new(_lines.Add, _time);

    [Fact]
    public void Lines_are_written_as_they_end_however_they_arrive()
    {
        foreach (var part in (string[])["on", "e\ntw", "o\r\n", "\n", "three"]) Take(part);
        _lines.ShouldBe(["one", "two", ""]);
        _output.End();
        _lines[^1].ShouldBe("three");
    }

    [Fact]
    public void A_long_line_is_cut_and_says_so()
    {
        for (var i = 0; i < 100; i++) Take(new string('x', 1000));
        Take("\nnext\n");
        _lines.ShouldBe([new string('x', ScriptOutput.LineBytes) + " … (99000 bytes more)", "next"]);
    }

    [Fact]
    public void A_flood_is_counted_and_not_written()
    {
        for (var i = 0; i < 10_000; i++) Take($"line {i}\n");
        _lines.Count.ShouldBe(ScriptOutput.BurstLines);
        _output.End();
        _lines[^1].ShouldStartWith("… (9900 lines left out");
    }

    [Fact]
    public void What_was_left_out_is_told_before_the_next_line()
    {
        for (var i = 0; i < ScriptOutput.BurstLines + 7; i++) Take("x\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        Take("after\n");
        _lines[^2].ShouldStartWith("… (7 lines left out");
        _lines[^1].ShouldBe("after");
        for (var i = 0; i < 100; i++) Take("y\n");
        _lines.Count.ShouldBe(ScriptOutput.BurstLines + 1 + ScriptOutput.LinesPerSecond, "one second allows so many lines");
    }

    [Fact]
    public void What_a_terminal_would_obey_is_not_passed_on()
    {
        Take("\u001b[31mred\u0007\tend\n");
        _output.Take([0xff, 0xfe, (byte)'\n']);
        _lines.ShouldBe(["\ufffd[31mred\ufffd end", "\ufffd\ufffd"]);
    }

    private void Take(string text) => _output.Take(Encoding.UTF8.GetBytes(text));
}
