namespace ActorQuorum.Tests.Configuration;

/// <content>Values that stand elsewhere.</content>
public static partial class HoconCases
{
    /// <summary>Texts with substitutions.</summary>
    public static IReadOnlyList<HoconCase> Substitutions { get; } =
    [
        new("Substitutions", "A substitution takes the value and its type",
            "a = ${x.n}, b = ${x.o}, c = ${x.l}, x { n = 1, o { p = true }, l = [null] }",
        """{"a":1,"b":{"p":true},"c":[null],"x":{"n":1,"o":{"p":true},"l":[null]}}"""),
        new("Substitutions", "A substitution sees the last value wherever it stands",
            "a = 1\nb = ${a}\na = 2", """{"a":2,"b":2}"""),
        new("Substitutions", "A substitution beside text is text",
            "a = 1, b = x ${a}${a} \"y\"", """{"a":1,"b":"x 11 y"}"""),
        new("Substitutions", "No substitution is made within quotes",
            "a = \"${b}\"", """{"a":"${b}"}"""),
        new("Substitutions", "A path in a substitution may be quoted",
            "\"a.b\".c = 1, d = ${\"a.b\".c}", """{"a.b":{"c":1},"d":1}"""),
        new("Substitutions", "An optional substitution without a value makes no field and no element",
            "a = ${?no}, b = ${?no}${?no}, c = ${?no} ${?no}, d = [1, ${?no}, 2], e = x${?no}y", """{"d":[1,2],"e":"xy"}"""),
        new("Substitutions", "An optional substitution without a value leaves the value before",
            "a = 1\na = ${?no}", """{"a":1}"""),
        new("Substitutions", "An optional substitution without a value is nothing beside arrays and objects",
            "a = ${?no} [1], b = { c = 2 } ${?no}", """{"a":[1],"b":{"c":2}}"""),
        new("Self-referential substitutions", "A substitution of its own key takes the value before",
            "path = \"a:b\"\npath = ${path}\":c\"\npath = ${path}\":d\"", """{"path":"a:b:c:d"}"""),
        new("Self-referential substitutions", "A substitution of its own key extends an array",
            "a = [1]\na = ${a} [2]\nb = ${?b} [3]", """{"a":[1,2],"b":[3]}"""),
        new("Self-referential substitutions", "A substitution of its own key extends an object",
            "a { b = 1, c = 2 }\na = ${a} { c = 3, d = ${a.b} }", """{"a":{"b":1,"c":3,"d":1}}"""),
        new("Self-referential substitutions", "A substitution of a part of its own key takes the value before",
            "foo : { a : { c : 1 } }\nfoo : ${foo.a}\nfoo : { a : 2 }", """{"foo":{"a":2,"c":1}}"""),
        new("Self-referential substitutions", "An object may refer to its own parts",
            "bar { foo = 42, baz = ${bar.foo} }\nbar.foo = 43", """{"bar":{"foo":43,"baz":43}}"""),
        new("Self-referential substitutions", "Two objects may refer to parts of each other",
            "bar : { a : ${foo.d}, b : 1 }\nbar.b = 3\nfoo : { c : ${bar.b}, d : 2 }\nfoo.d = 4",
        """{"bar":{"a":4,"b":3},"foo":{"c":3,"d":4}}"""),
        new("Duplicate keys and object merging", "An object laid over a substitution is merged with it",
            "base { dir = ${app.root}/x, n = 1 }\napp = ${base}\napp { root = r, n = 2 }",
            """{"base":{"dir":"r/x","n":1},"app":{"dir":"r/x","n":2,"root":"r"}}"""),
        new("The += field separator", "A plus before the equals sign appends",
            "a += 1\na += [2]\nb { c = [x] }\nb.c += ${a}\nd = [{ e = [1], e += 2 }]",
        """{"a":[1,[2]],"b":{"c":["x",[1,[2]]]},"d":[{"e":[1,2]}]}"""),
        new("Self-referential substitutions", "An optional cycle is undefined",
            "a = ${?a}, b = ${?c}, c = ${?b}, d = 1", """{"d":1}"""),
        new("Self-referential substitutions", "Two keys that refer to each other see their values before",
            "a = 1\nb = 2\na = ${b}\nb = ${a}", """{"a":1,"b":2}"""),
    ];
}
