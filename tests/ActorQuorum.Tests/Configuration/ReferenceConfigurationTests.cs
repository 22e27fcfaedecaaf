using ActorQuorum.Configuration;

namespace ActorQuorum.Tests.Configuration;

public sealed class ReferenceConfigurationTests
{
    private static readonly string[] Minimal = ["actorquorum { node.name = n1, cluster { id = c, members { n1 { peer = \"h:1\", client = \"h:2\" } } } }"];

    [Fact]
    public void The_defaults_of_the_records_are_those_of_the_reference()
    {
        using var files = new ConfigurationFiles();
        var read = NodeOptionsReader.Load(files.Write("x.conf", Minimal[0]));
        var made = new NodeOptions { Name = "n1", DataDirectory = "data/n1", ClusterName = "c", Members = [new("n1", "h:1", "h:2")] };
        (read with { Members = made.Members }).ShouldBe(made);
        read.Members.ShouldBe(made.Members);
    }

    [Fact]
    public void Each_key_and_section_says_why_it_is_so()
    {
        var lines = ReferenceConfiguration.Text.Split('\n');
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Contains(" = ", StringComparison.Ordinal) && !line.StartsWith('#'))
                lines[i - 1].Trim().ShouldStartWith("#", customMessage: $"reference.conf:{i + 1} {line}");
        }
    }

    [Fact]
    public void The_whole_reference_may_stand_in_a_file_of_its_own()
    {
        using var files = new ConfigurationFiles();
        files.Write("reference.conf", ReferenceConfiguration.Text);
        var options = NodeOptionsReader.Load(files.Write("x.conf", "include \"reference.conf\"\n" + Minimal[0]));
        options.Limits.ShouldBe(new LimitOptions());
    }
}
