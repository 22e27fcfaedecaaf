namespace ActorQuorum.Tests.Configuration;

/// <content>What is no HOCON.</content>
public static partial class HoconCases
{
    /// <summary>Texts to refuse.</summary>
    public static IReadOnlyList<HoconCase> Malformed { get; } =
    [
        new("Syntax", "A malformed text is refused", "a = {\n b = 1", null),
        new("Syntax", "A malformed text is refused", "a = [\n 1", null),
        new("Syntax", "A malformed text is refused", "a = 1\n}", null),
        new("Syntax", "A malformed text is refused", "{ a = [1 }", null),
        new("Syntax", "A malformed text is refused", "{ a = 1 } b = 2", null),
        new("Syntax", "A malformed text is refused", "[1, 2]", null),
        new("Syntax", "A malformed text is refused", "\na", null),
        new("Syntax", "A malformed text is refused", "a = \n\n", null),
        new("Syntax", "A malformed text is refused", "a = 1 }", null),
        new("Syntax", "A malformed text is refused", "a = [1 , , 2]", null),
        new("Syntax", "A malformed text is refused", "a = [1]]", null),
        new("Syntax", "A malformed text is refused", ", a = 1", null),
        new("Syntax", "A malformed text is refused", "a = 1,, b = 2", null),
        new("Syntax", "A malformed text is refused", "a..b = 1", null),
        new("Syntax", "A malformed text is refused", "a. = 1", null),
        new("Syntax", "A malformed text is refused", "a = 127.0.0.1:7101", null),
        new("Syntax", "A malformed text is refused", "a = x@y", null),
        new("Syntax", "A malformed text is refused", "a = \"x\ny\"", null),
        new("Syntax", "A malformed text is refused", "\na = \"\"\"x\n\n", null),
        new("Syntax", "A malformed text is refused", "a = \"\\q\"", null),
        new("Syntax", "A malformed text is refused", "a = \"\\u12g4\"", null),
        new("Syntax", "A malformed text is refused", "a = \"\t\"", null),
        new("Syntax", "A malformed text is refused", "a = ${b", null),
        new("Syntax", "A malformed text is refused", "a = ${}", null),
        new("Syntax", "A malformed text is refused", "a = $b", null),
        new("Syntax", "A malformed text is refused", "a = [1] x", null),
        new("Syntax", "A malformed text is refused", "a = {} []", null),
        new("Syntax", "A malformed text is refused", "a = \"\"\"one\ntwo\"\"\"\nb = ]", null),
        new("Self-referential substitutions", "A cycle is refused", "\na = ${a}", null),
        new("Self-referential substitutions", "A cycle is refused", "a = ${b}\nb = ${a}", null),
        new("Self-referential substitutions", "A cycle is refused", "a = ${b}x\nb = ${c.d}\nc { d = ${a} }", null),
        new("Self-referential substitutions", "A cycle is refused", "a = { b = ${a} }", null),
        new("Self-referential substitutions", "A cycle is refused", "a = [ ${a} ]", null),
        new("Self-referential substitutions", "A cycle is refused", "a { x = ${b} }\nb { y = ${a} }", null),
        new("Self-referential substitutions", "A cycle is refused", "a = ${a.b}\na.b = ${a.b.c}", null),
        new("Substitutions", "An undefined substitution is refused", "a = 1\nb = [\n  ${a.c.d}\n]", null),
        new("The += field separator", "To append to what is no array is refused", "a = 1\na += 2", null),
    ];
}
