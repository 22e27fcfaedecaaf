using static ActorQuorum.Tests.Configuration.Hocons;

namespace ActorQuorum.Tests.Configuration;

public sealed class HoconSubstitutionTests
{
    [Fact]
    public void An_undefined_substitution_is_an_error_at_its_place()
    {
        var error = Fails("a = 1\nb = [\n  ${a.c.d}\n]");
        error.Message.ShouldStartWith("test.conf:3: ${a.c.d} is not defined");
        error.Message.ShouldContain("write ${?a.c.d} if it may be absent");
    }

    [Fact]
    public void The_environment_is_asked_for_what_the_configuration_lacks() =>
        ShouldBe(Read("a = ${HOST}\":1\", b = ${?EMPTY}, HERE = 2, c = ${HERE}, NUL = null, d = ${NUL}", ("HOST", "h"), ("EMPTY", ""), ("HERE", "no"), ("NUL", "no")),
            """{"a":"h:1","b":"","HERE":2,"c":2,"NUL":null,"d":null}""");

    [Fact]
    public void The_environment_of_the_process_is_read()
    {
        var (name, value) = ("ACTORQUORUM_" + Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString());
        Environment.SetEnvironmentVariable(name, value);
        try
        {
            using var files = new ConfigurationFiles();
            ToJson(Reads(files.Write("x.conf", $"a = ${{{name}}}")))!["a"]!.GetValue<string>().ShouldBe(value);
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        static ActorQuorum.Configuration.Hocon.HoconObject Reads(string path) => ActorQuorum.Configuration.Hocon.HoconReader.ReadFile(path);
    }

    [Fact]
    public void To_append_to_what_is_no_array_is_an_error() => Fails("a = 1\na += 2").Message.ShouldStartWith("test.conf:2: strings, arrays and objects");

    [Theory]
    [InlineData("\na = ${a}", "test.conf:2: substitution cycle: ${a} (test.conf:2)")]
    [InlineData("a = ${b}\nb = ${a}", "substitution cycle: ${b} (test.conf:1) → ${a} (test.conf:2); give one of them a value of its own")]
    [InlineData("a = ${b}x\nb = ${c.d}\nc { d = ${a} }", "substitution cycle: ${b} (test.conf:1) → ${c.d} (test.conf:2) → ${a} (test.conf:3)")]
    [InlineData("a = { b = ${a} }", "substitution cycle: ${a} refers to a value that contains it")]
    [InlineData("a = [ ${a} ]", "substitution cycle: ${a} refers to a value that contains it")]
    [InlineData("a { x = ${b} }\nb { y = ${a} }", "refers to a value that contains it")]
    [InlineData("a = ${a.b}\na.b = ${a.b.c}", "substitution cycle")]
    public void A_cycle_is_an_error_that_shows_its_way(string text, string problem) => Fails(text).Message.ShouldContain(problem);

    [Fact]
    public void A_long_chain_is_an_error_and_no_stack_overflow()
    {
        var chain = string.Join('\n', Enumerable.Range(0, 50_000).Select(i => $"a{i} = ${{a{i + 1}}}"));
        Fails(chain).Message.ShouldContain("lead to one another over more than 512 steps");
        var nested = string.Join('\n', Enumerable.Range(0, 20_000).Select(i => $"a{i} = {{ x = ${{a{i + 1}}} }}"));
        Fails(nested).Message.ShouldContain("lead to one another over more than 512 steps");
    }

    [Fact]
    public void Many_appends_in_a_row_are_bounded_too() =>
        Fails(string.Join('\n', Enumerable.Repeat("a += 1", 5000))).Message.ShouldContain("over more than 512 steps");

    [Theory]
    [InlineData("a text of some length", "${a#}${a#}", "strings put together exceed")]
    [InlineData("[x]", "[${a#}, ${a#}]", "takes more than 1000000 steps")]
    public void Substitutions_that_multiply_one_another_are_bounded(string first, string next, string problem)
    {
        var text = $"a0 = {first}\n" + string.Join(
            '\n', Enumerable.Range(0, 60).Select(i => $"a{i + 1} = {next.Replace("#", $"{i}", StringComparison.Ordinal)}"));
        Fails(text).Message.ShouldContain(problem);
    }
}
