using System.Text.Json.Nodes;
using ActorQuorum.Configuration;
using ActorQuorum.Configuration.Hocon;

namespace ActorQuorum.Tests.Configuration;

/// <summary>The cases that are told by their text alone. The Akka tests put the same ones to Akka's readers too.</summary>
public sealed class HoconCaseTests
{
    public static TheoryData<string> Titles => [.. HoconCases.All.Select(c => c.Title)];

    [Theory]
    [MemberData(nameof(Titles))]
    public void A_text_means_what_the_specification_says(string title)
    {
        var hocon = HoconCases.All.Single(c => c.Title == title);
        if (hocon.Json is { } json) Hocons.ShouldBe(Read(hocon), json);
        else Should.Throw<ConfigurationException>(() => Read(hocon));
    }

    private static JsonNode? Read(HoconCase hocon)
    {
        using var files = new ConfigurationFiles();
        foreach (var (name, text) in hocon.Files) files.Write(name, text);
        return Hocons.ToJson(HoconReader.ReadFile(files.Write("main.conf", hocon.Text)));
    }
}
