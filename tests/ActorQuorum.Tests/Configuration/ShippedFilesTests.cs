using ActorQuorum.Configuration;

namespace ActorQuorum.Tests.Configuration;

[Trait("Row", "RP-1")]
public sealed class ShippedFilesTests
{
    private static readonly MemberOptions[] Members =
        [new("n1", "127.0.0.1:7101", "127.0.0.1:2391"), new("n2", "127.0.0.1:7102", "127.0.0.1:2392"), new("n3", "127.0.0.1:7103", "127.0.0.1:2393")];

    [Theory]
    [InlineData("n1")]
    [InlineData("n2")]
    [InlineData("n3")]
    public void Each_node_has_a_file_of_its_own(string name) => Check(NodeOptionsReader.Load(PathOf($"{name}.conf")), name);

    [Theory]
    [InlineData("n1")]
    [InlineData("n2")]
    [InlineData("n3")]
    public void One_file_serves_the_whole_cluster(string name) => Check(NodeOptionsReader.Load(PathOf("cluster.conf"), name), name);

    [Fact]
    public void A_file_for_all_nodes_needs_the_name_of_one() =>
        Should.Throw<ConfigurationException>(() => NodeOptionsReader.Load(PathOf("cluster.conf")))
            .Message.ShouldContain("node.name is missing: set it, or start with -n NAME; the members are n1, n2, n3.");

    private static void Check(NodeOptions options, string name)
    {
        (options.Name, options.DataDirectory, options.ClusterName, options.Storage).ShouldBe((name, $"data/{name}", "local", StorageKind.Disk));
        options.Members.ShouldBe(Members);
        options.Election.ShouldBe(new ElectionOptions());
    }

    private static string PathOf(string file) => Path.Combine(Repository.Root, "config", file);
}
