namespace ActorQuorum.Tests.Configuration;

/// <content>How values, keys and comments are written.</content>
public static partial class HoconCases
{
    /// <summary>Well-formed texts.</summary>
    public static IReadOnlyList<HoconCase> Syntax { get; } =
    [
        new("Unchanged from JSON", "JSON is HOCON",
            """{"a": 1, "b": [true, false, null], "c": {"d": "x\ty\u00e9"}, "e": -1.5e+3}""",
        """{"a": 1, "b": [true, false, null], "c": {"d": "x\tyé"}, "e": -1.5e+3}"""),
        new("Omit root braces", "Root braces may be left out",
            "a : 1\nb : 2", """{"a": 1, "b": 2}"""),
        new("Omit root braces", "An empty file is an empty object",
            "  \n # nothing\n", "{}"),
        new("Whitespace", "A byte order mark is whitespace",
            "\uFEFFa = 1", """{"a": 1}"""),
        new("Whitespace", "Lines may end in carriage return and newline",
            "a = x\r\nb {\r\n c = y z \r\n}\r\n", """{"a":"x","b":{"c":"y z"}}"""),
        new("Comments", "Comments begin with a hash or two slashes",
            """
        # first
        a = 1 # after a value
        b = 2 // after a value
        c = "# no // comment"
        d = [ # in an array
          1 // again
        ]
        """,
        """{"a": 1, "b": 2, "c": "# no // comment", "d": [1]}"""),
        new("Key-value separator", "A separator is an equals sign or a colon or none before a brace",
            "a = 1, b : 2, c { d = 3 }, e\n{ f = 4 }\ng\n:\n5", """{"a":1,"b":2,"c":{"d":3},"e":{"f":4},"g":5}"""),
        new("Commas", "Fields and elements are parted by commas or new lines",
            "a = [1\n2,\n3\n,4,]\nb = 5,\nc = 6,", """{"a":[1,2,3,4],"b":5,"c":6}"""),
        new("Unquoted strings", "Text without quotes is a string",
            "a = some-text_(here).x/y 10s\nb = 1.2.3\nc = -\nd = truefoo", """{"a":"some-text_(here).x/y 10s","b":"1.2.3","c":"-","d":"truefoo"}"""),
        new("String value concatenation", "Values side by side are one string and keep the space between",
            "a =  null  bar 42 \"baz\" true 3.140  \nb = x\"y\"z", """{"a":"null  bar 42 baz true 3.140","b":"xyz"}"""),
        new("String value concatenation", "Numbers keep the digits they are written with",
            "a = 1.50 x\nb = 1e+5\"\"\nc = 010 y", """{"a":"1.50 x","b":"1e+5","c":"010 y"}"""),
        new("Array and object concatenation", "Arrays side by side are one array",
            "a = [1] [2, 3]\t[4]", """{"a":[1,2,3,4]}"""),
        new("Array and object concatenation", "Objects side by side are merged",
            "a = { b = 1, c = 2 } { c = 3 }", """{"a":{"b":1,"c":3}}"""),
        new("Multi-line strings", "Triple quotes hold several lines without escapes",
            "a = \"\"\"x\\n\ny\"\"\"\nb = \"\"\"\"q\"\"\"\"", "{\"a\":\"x\\\\n\\ny\",\"b\":\"\\\"q\\\"\"}"),
        new("Paths as keys", "Dots in a key make objects and quotes keep them",
            "a.b.c = 1\na.\"b.c\".\"\" = 2\n3.14 = pi\nfoo\"1.0\" = 3", """{"a":{"b":{"c":1},"b.c":{"":2}},"3":{"14":"pi"},"foo1.0":3}"""),
        new("Path expressions", "A key may hold whitespace",
            "  a b  c . d  : 1\n foo include = 2", """{"a b  c ":{" d":1},"foo include":2}"""),
        new("Duplicate keys and object merging", "The last of two equal keys counts",
            "a = 1\na = 2", """{"a":2}"""),
        new("Duplicate keys and object merging", "Objects of one key are merged",
            "a { b = 1, c { d = 2 } }\na.c.e = 3\na { b = 4 }", """{"a":{"b":4,"c":{"d":2,"e":3}}}"""),
        new("Duplicate keys and object merging", "A value between two objects keeps them apart",
            "a { b = 1 }\na = null\na { c = 2 }", """{"a":{"c":2}}"""),
        new("Include syntax", "A quoted key or a value may be called include",
            "\"include\" = 1, a = include", """{"include":1,"a":"include"}"""),
    ];
}
