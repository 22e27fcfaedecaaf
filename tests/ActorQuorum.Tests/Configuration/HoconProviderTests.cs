using ActorQuorum.Configuration;
using Microsoft.Extensions.Configuration;

namespace ActorQuorum.Tests.Configuration;

public sealed class HoconProviderTests : IDisposable
{
    private readonly ConfigurationFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Keys_are_joined_with_colons_and_elements_numbered()
    {
        var read = Build("a.b = 1.50\nc = [x, { d = true }, [y]]\ne = null\nf = []\ng = {}\nh = ${a.b} z");
        read.AsEnumerable().Where(e => e.Value is not null).ToDictionary(e => e.Key, e => e.Value).ShouldBe(
            new Dictionary<string, string?> { ["a:b"] = "1.50", ["c:0"] = "x", ["c:1:d"] = "true", ["c:2:0"] = "y", ["f"] = "", ["h"] = "1.50 z" },
            ignoreOrder: true);
        read.GetSection("e").Exists().ShouldBeFalse();
    }

    [Fact]
    public void A_later_source_overrides_the_file() =>
        new ConfigurationBuilder().AddHoconFile(_files.Write("x.conf", "a { b = 1, c = 2 }"))
            .AddInMemoryCollection([KeyValuePair.Create("A:B", (string?)"3")]).Build().GetSection("a").GetChildren().Select(c => c.Value).ShouldBe(["3", "2"]);

    [Fact]
    public void Keys_that_differ_in_letter_case_only_are_an_error()
    {
        var error = Should.Throw<ConfigurationException>(() => Build("a.b = 1\nA { B = 2 }"));
        error.Message.ShouldStartWith($"{_files.PathOf("x.conf")}:2: the key 'A:B' stands at {_files.PathOf("x.conf")}:1 too");
    }

    [Fact]
    public void A_missing_or_malformed_file_is_an_error()
    {
        Should.Throw<ConfigurationException>(() => new ConfigurationBuilder().AddHoconFile(_files.PathOf("no.conf")).Build())
            .Message.ShouldStartWith($"{_files.PathOf("no.conf")}:1: the file does not exist");
        Should.Throw<ConfigurationException>(() => Build("a = [")).Line.ShouldBe(1);
    }

    private IConfigurationRoot Build(string text) => new ConfigurationBuilder().AddHoconFile(_files.Write("x.conf", text)).Build();
}
