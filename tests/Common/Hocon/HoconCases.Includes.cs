namespace ActorQuorum.Tests.Configuration;

/// <content>Files in files.</content>
public static partial class HoconCases
{
    /// <summary>Texts that include files.</summary>
    public static IReadOnlyList<HoconCase> Includes { get; } =
    [
        new("Include semantics: merging", "An include stands for the fields of its file",
            "a = 0, b = 0\ninclude \"x.conf\"\nb = 4, c.e = 5", """{"a":1,"b":4,"c":{"d":3,"e":5}}""", ("x.conf", "a = 1, b = 2, c { d = 3 }")),
        new("Include syntax", "An include may be plain", "include \"x.conf\"\nb = 2", """{"a":1,"b":2}""", ("x.conf", "a = 1")),
        new("Include syntax", "An include may say that it is a file", "include file(\"x.conf\")\nb = 2", """{"a":1,"b":2}""", ("x.conf", "a = 1")),
        new("Include syntax", "An include may be required", "include required(\"x.conf\")\nb = 2", """{"a":1,"b":2}""", ("x.conf", "a = 1")),
        new("Include syntax", "An include may be a required file", "include required(file(\"x.conf\"))\nb = 2", """{"a":1,"b":2}""", ("x.conf", "a = 1")),
        new("Include syntax", "A new line may follow the word include", "include\n  \"x.conf\"\nb = 2", """{"a":1,"b":2}""", ("x.conf", "a = 1")),
        new("Include semantics: missing files and required files", "A missing include is nothing", "include \"no.conf\"\na = 1", """{"a":1}"""),
        new("Include semantics: missing files and required files", "A missing required include is refused", "include required(\"no.conf\")\na = 1", null),
        new("Include semantics: substitution", "A substitution in an included file is looked up there first and then from the root",
            "r = root, x = no\na { include \"x.conf\" }\na.x = 42", """{"r":"root","x":"no","a":{"x":42,"y":42,"z":"root"}}""",
            ("x.conf", "x = 10, y = ${x}, z = ${r}")),
        new("Include semantics: substitution", "An include below an include is looked up in each",
            "r = 3\na { include \"one.conf\" }", """{"r":3,"a":{"m":1,"b":{"n":2,"s":"213"}}}""",
            ("one.conf", "m = 1\nb { include \"two.conf\" }"), ("two.conf", "n = 2, s = ${n}${m}${r}")),
    ];
}
