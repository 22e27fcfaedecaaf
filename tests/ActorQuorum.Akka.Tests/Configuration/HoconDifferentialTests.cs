using System.Text.Json.Nodes;
using ActorQuorum.Tests.Configuration;

namespace ActorQuorum.Akka.Tests.Configuration;

/// <summary>
/// Our reader, the Hocon package and Akka's own parser, on every case of our tests. Ours does what the specification says, always; where
/// another one does not, it stands in <see cref="HoconDifferences"/> by name, and only there.
/// </summary>
public sealed class HoconDifferentialTests
{
    public static TheoryData<string> Titles => [.. HoconCases.All.Select(c => c.Title)];

    [Theory]
    [MemberData(nameof(Titles))]
    public void Three_readers_agree_or_the_specification_decides(string title)
    {
        var hocon = HoconCases.All.Single(c => c.Title == title);
        var specified = hocon.Json is { } json ? Text(HoconReaders.Specified(json)) : "refused";
        Outcome(HoconReaders.Ours, hocon).ShouldBe(specified, $"HOCON.md, {hocon.Rule}");
        var differs = HoconDifferences.Of(title);
        var found = differs & Readers.AkkaDies;
        var package = Outcome(HoconReaders.Package, hocon);
        var akka = found == Readers.AkkaDies ? "nothing, and ends the process" : Outcome(HoconReaders.Akka, hocon);
        if (package != specified) found |= Readers.Package;
        if (akka != specified && found < Readers.AkkaDies) found |= Readers.Akka;
        found.ShouldBe(differs, $"HOCON.md, {hocon.Rule}, says {specified}\nthe package reads {package}\nAkka reads {akka}");
    }

    public static TheoryData<string> ShippedFiles => [.. Directory.GetFiles(Shipped, "*.conf").Select(file => Path.GetFileName(file)!).Order()];

    private static string Shipped => Path.Combine(Repository.Root, "config");

    [Theory]
    [MemberData(nameof(ShippedFiles))]
    public void Every_file_in_config_means_the_same_to_all_three(string name)
    {
        (string, string)[] files = [.. Directory.GetFiles(Shipped).Select(file => (Path.GetFileName(file), File.ReadAllText(file)))];
        var hocon = new HoconCase("", name, File.ReadAllText(Path.Combine(Shipped, name)), "", files);
        var ours = Outcome(HoconReaders.Ours, hocon);
        ours.ShouldContain("\"actorquorum\"");
        Outcome(HoconReaders.Package, hocon).ShouldBe(ours);
        Outcome(HoconReaders.Akka, hocon).ShouldBe(ours);
    }

    [Fact]
    public void The_settings_of_a_system_mean_the_same_to_us_and_to_Akka()
    {
        var hocon = new HoconCase("", "akka.conf", ActorQuorum.Akka.Configuration.QuorumSettings.Text, "");
        Outcome(HoconReaders.Akka, hocon).ShouldBe(Outcome(HoconReaders.Ours, hocon));
    }

    [Fact]
    public void What_our_reader_resolved_is_read_by_Akka_as_it_was_meant()
    {
        foreach (var hocon in HoconCases.All.Where(c => c.Json is not null))
        {
            var text = ActorQuorum.Akka.Configuration.HoconText.Of(HoconReaders.Resolved(hocon));

            // Whether null is a text or nothing cannot be told from what Akka keeps of it.
            var read = Outcome(HoconReaders.Akka, hocon with { Text = text, Files = [] });
            read.Replace("\"null\"", "null", StringComparison.Ordinal)
                .ShouldBe(Outcome(HoconReaders.Ours, hocon).Replace("\"null\"", "null", StringComparison.Ordinal), text);
        }
    }

    [Fact]
    public void Every_difference_is_one_of_a_case_that_there_is() =>
        HoconDifferences.Titles.Except(HoconCases.All.Select(c => c.Title)).ShouldBeEmpty();

    private static string Outcome(Func<HoconCase, JsonNode?> read, HoconCase hocon)
    {
        try
        {
            return Text(read(hocon));
        }
#pragma warning disable CA1031 // Each reader has exceptions of its own for what is no HOCON.
        catch (Exception)
#pragma warning restore CA1031
        {
            return "refused";
        }
    }

    /// <summary>Fields by name: their order means nothing.</summary>
    private static string Text(JsonNode? node) => Sorted(node)?.ToJsonString() ?? "{}";

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
