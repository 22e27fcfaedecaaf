namespace ActorQuorum.Akka.Tests.Configuration;

/// <summary>Who departs from the specification.</summary>
[Flags]
internal enum Readers
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>The Hocon package.</summary>
    Package = 1,

    /// <summary>Akka's own parser.</summary>
    Akka = 2,

    /// <summary>Akka's own parser, by overflowing the stack of the process or by never coming to an end: it is not asked.</summary>
    AkkaDies = 4,
}

/// <summary>The cases in which another reader departs from the specification, under its heading; ours never does.</summary>
internal static class HoconDifferences
{
    private static readonly Dictionary<string, Readers> ByTitle = new(StringComparer.Ordinal)
    {
        // Syntax
        ["A malformed text is refused: a = 1\\n}"] = Readers.Akka,
        ["A malformed text is refused: a = \"\"\"one\\ntwo\"\"\"\\nb = ]"] = Readers.Akka,
        ["A malformed text is refused: \\na"] = Readers.Akka,
        ["A malformed text is refused: a = [1 , , 2]"] = Readers.Akka,
        ["A malformed text is refused: a = {\\n b = 1"] = Readers.Akka,
        ["A malformed text is refused: a = [\\n 1"] = Readers.Akka,
        ["A malformed text is refused: a = \"x\\ny\""] = Readers.Package | Readers.Akka,
        ["A malformed text is refused: \\na = \"\"\"x\\n\\n"] = Readers.Akka,
        ["A malformed text is refused: a = \"\t\""] = Readers.Package | Readers.Akka,
        ["A malformed text is refused: a = \\n\\n"] = Readers.Package | Readers.Akka,
        ["A malformed text is refused: a. = 1"] = Readers.Akka,
        ["A malformed text is refused: a..b = 1"] = Readers.Akka,
        ["A malformed text is refused: a = {} []"] = Readers.Akka,
        ["A malformed text is refused: a = 127.0.0.1:7101"] = Readers.Package,
        ["A malformed text is refused: a = [1]]"] = Readers.Akka,
        ["A malformed text is refused: { a = 1 } b = 2"] = Readers.Package | Readers.Akka,
        ["A malformed text is refused: [1, 2]"] = Readers.Package,
        ["A malformed text is refused: { a = [1 }"] = Readers.AkkaDies,
        ["A malformed text is refused: a = 1 }"] = Readers.Akka,
        ["A malformed text is refused: a = ${}"] = Readers.AkkaDies,
        ["A malformed text is refused: a = [1] x"] = Readers.Akka,
        // Commas
        ["Fields and elements are parted by commas or new lines"] = Readers.Package | Readers.Akka,
        // Duplicate keys and object merging
        ["An object laid over a substitution is merged with it"] = Readers.Akka,
        // Include semantics: merging
        ["An include stands for the fields of its file"] = Readers.Package,
        // Include semantics: missing files and required files
        ["A missing required include is refused: include required(\"no.conf\")\\na = 1"] = Readers.Akka,
        // Include semantics: substitution
        ["A substitution in an included file is looked up there first and then from the root"] = Readers.Package | Readers.Akka,
        ["An include below an include is looked up in each"] = Readers.Package | Readers.Akka,
        // Include syntax
        ["A new line may follow the word include"] = Readers.Package,
        ["An include may say that it is a file"] = Readers.Akka,
        ["An include may be a required file"] = Readers.Akka,
        ["An include may be required"] = Readers.Akka,
        // Key-value separator
        ["A separator is an equals sign or a colon or none before a brace"] = Readers.Akka,
        // Multi-line strings
        ["Triple quotes hold several lines without escapes"] = Readers.Package | Readers.Akka,
        // Path expressions
        ["A key may hold whitespace"] = Readers.Akka,
        // Paths as keys
        ["Dots in a key make objects and quotes keep them"] = Readers.Package | Readers.Akka,
        // Self-referential substitutions
        ["A cycle is refused: a = ${b}x\\nb = ${c.d}\\nc { d = ${a} }"] = Readers.AkkaDies,
        ["A cycle is refused: \\na = ${a}"] = Readers.AkkaDies,
        ["A cycle is refused: a = ${b}\\nb = ${a}"] = Readers.AkkaDies,
        ["An optional cycle is undefined"] = Readers.Package | Readers.AkkaDies,
        ["Two keys that refer to each other see their values before"] = Readers.Package | Readers.AkkaDies,
        ["A substitution of a part of its own key takes the value before"] = Readers.Akka,
        ["A substitution of its own key takes the value before"] = Readers.AkkaDies,
        ["A substitution of its own key extends an array"] = Readers.AkkaDies,
        ["A cycle is refused: a = [ ${a} ]"] = Readers.AkkaDies,
        ["A cycle is refused: a { x = ${b} }\\nb { y = ${a} }"] = Readers.AkkaDies,
        ["A cycle is refused: a = { b = ${a} }"] = Readers.AkkaDies,
        // String value concatenation
        ["Values side by side are one string and keep the space between"] = Readers.Package,
        // Substitutions
        ["An optional substitution without a value leaves the value before"] = Readers.AkkaDies,
        ["A substitution beside text is text"] = Readers.Package,
        ["A path in a substitution may be quoted"] = Readers.AkkaDies,
        ["A substitution takes the value and its type"] = Readers.Akka,
        ["An optional substitution without a value is nothing beside arrays and objects"] = Readers.AkkaDies,
        ["An optional substitution without a value makes no field and no element"] = Readers.AkkaDies,
        // The += field separator
        ["To append to what is no array is refused: a = 1\\na += 2"] = Readers.Akka,
        ["A plus before the equals sign appends"] = Readers.Akka,
        // Unchanged from JSON
        ["JSON is HOCON"] = Readers.Akka,
        // Whitespace
        ["A byte order mark is whitespace"] = Readers.Akka,
    };

    /// <summary>The titles of all.</summary>
    public static IEnumerable<string> Titles => ByTitle.Keys;

    /// <summary>Who departs in a case.</summary>
    public static Readers Of(string title) => ByTitle.GetValueOrDefault(title);
}
