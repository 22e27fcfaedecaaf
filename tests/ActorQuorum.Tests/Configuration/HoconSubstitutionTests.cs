using static ActorQuorum.Tests.Configuration.Hocons;

namespace ActorQuorum.Tests.Configuration;

public sealed class HoconSubstitutionTests
{
    [Fact]
    public void A_substitution_takes_the_value_and_its_type() => ShouldRead(
        "a = ${x.n}, b = ${x.o}, c = ${x.l}, x { n = 1, o { p = true }, l = [null] }",
        """{"a":1,"b":{"p":true},"c":[null],"x":{"n":1,"o":{"p":true},"l":[null]}}""");

    [Fact]
    public void A_substitution_sees_the_last_value_wherever_it_stands() => ShouldRead("a = 1\nb = ${a}\na = 2", """{"a":2,"b":2}""");

    [Fact]
    public void A_substitution_beside_text_is_text() => ShouldRead("a = 1, b = x ${a}${a} \"y\"", """{"a":1,"b":"x 11 y"}""");

    [Fact]
    public void No_substitution_is_made_within_quotes() => ShouldRead("a = \"${b}\"", """{"a":"${b}"}""");

    [Fact]
    public void A_path_in_a_substitution_may_be_quoted() => ShouldRead("\"a.b\".c = 1, d = ${\"a.b\".c}", """{"a.b":{"c":1},"d":1}""");

    [Fact]
    public void An_optional_substitution_without_a_value_makes_no_field_and_no_element() =>
        ShouldRead("a = ${?no}, b = ${?no}${?no}, c = ${?no} ${?no}, d = [1, ${?no}, 2], e = x${?no}y", """{"d":[1,2],"e":"xy"}""");

    [Fact]
    public void An_optional_substitution_without_a_value_leaves_the_value_before() => ShouldRead("a = 1\na = ${?no}", """{"a":1}""");

    [Fact]
    public void An_optional_substitution_without_a_value_is_nothing_beside_arrays_and_objects() =>
        ShouldRead("a = ${?no} [1], b = { c = 2 } ${?no}", """{"a":[1],"b":{"c":2}}""");

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
    public void A_substitution_of_its_own_key_takes_the_value_before() =>
        ShouldRead("path = \"a:b\"\npath = ${path}\":c\"\npath = ${path}\":d\"", """{"path":"a:b:c:d"}""");

    [Fact]
    public void A_substitution_of_its_own_key_extends_an_array() => ShouldRead("a = [1]\na = ${a} [2]\nb = ${?b} [3]", """{"a":[1,2],"b":[3]}""");

    [Fact]
    public void A_substitution_of_its_own_key_extends_an_object() =>
        ShouldRead("a { b = 1, c = 2 }\na = ${a} { c = 3, d = ${a.b} }", """{"a":{"b":1,"c":3,"d":1}}""");

    [Fact]
    public void A_substitution_of_a_part_of_its_own_key_takes_the_value_before() =>
        ShouldRead("foo : { a : { c : 1 } }\nfoo : ${foo.a}\nfoo : { a : 2 }", """{"foo":{"a":2,"c":1}}""");

    [Fact]
    public void An_object_may_refer_to_its_own_parts() =>
        ShouldRead("bar { foo = 42, baz = ${bar.foo} }\nbar.foo = 43", """{"bar":{"foo":43,"baz":43}}""");

    [Fact]
    public void Two_objects_may_refer_to_parts_of_each_other() => ShouldRead(
        "bar : { a : ${foo.d}, b : 1 }\nbar.b = 3\nfoo : { c : ${bar.b}, d : 2 }\nfoo.d = 4",
        """{"bar":{"a":4,"b":3},"foo":{"c":3,"d":4}}""");

    [Fact]
    public void An_object_laid_over_a_substitution_is_merged_with_it() =>
        ShouldRead("base { dir = ${app.root}/x, n = 1 }\napp = ${base}\napp { root = r, n = 2 }",
            """{"base":{"dir":"r/x","n":1},"app":{"dir":"r/x","n":2,"root":"r"}}""");

    [Fact]
    public void A_plus_before_the_equals_sign_appends() => ShouldRead(
        "a += 1\na += [2]\nb { c = [x] }\nb.c += ${a}\nd = [{ e = [1], e += 2 }]",
        """{"a":[1,[2]],"b":{"c":["x",[1,[2]]]},"d":[{"e":[1,2]}]}""");

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
    public void An_optional_cycle_is_undefined() => ShouldRead("a = ${?a}, b = ${?c}, c = ${?b}, d = 1", """{"d":1}""");

    [Fact]
    public void Two_keys_that_refer_to_each_other_see_their_values_before() =>
        ShouldRead("a = 1\nb = 2\na = ${b}\nb = ${a}", """{"a":1,"b":2}""");

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
