using ActorQuorum.Configuration;

namespace ActorQuorum.Tests.Configuration;

[Trait("Row", "RN-6")]
public sealed class ClusterJoinTests
{
    private const ulong Cluster = 0xC1;

    private static readonly MemberInfo[] s_founders =
    [
        new(ClusterIdentity.IdOf("shop", "n1", ""), "n1", "127.0.0.1:7101", "127.0.0.1:2391"),
        new(ClusterIdentity.IdOf("shop", "n2", ""), "n2", "127.0.0.1:7102", "127.0.0.1:2392"),
    ];

    [Fact]
    public void A_node_that_was_added_by_its_name_finds_itself()
    {
        var added = new MemberInfo(ClusterIdentity.IdOf("shop", "n4", ""), "n4", "127.0.0.1:7104", "") { IsLearner = true };

        var join = ClusterJoin.Find(Options(), Cluster, [.. s_founders, added]);

        (join.ClusterId, join.Self).ShouldBe((Cluster, added.Id));
        join.Members.ShouldBe([.. s_founders, added with { ClientAddress = "127.0.0.1:2394" }]);
        var identity = ClusterIdentity.Of(Options() with { Join = join });
        (identity.ClusterId, identity.IsJoining).ShouldBe((Cluster, true));
        identity.Self.ShouldBe(new MemberInfo(added.Id, "n4", "127.0.0.1:7104", "127.0.0.1:2394"));
        identity.Members.Select(member => member.Name).ShouldBe(["n1", "n2", "n4"]);
    }

    [Fact]
    public void A_node_that_was_added_by_its_address_alone_finds_itself_and_brings_its_name()
    {
        var added = new MemberInfo(ClusterIdentity.IdOf("shop", "", "127.0.0.1:7104"), "", "127.0.0.1:7104", "");
        var join = ClusterJoin.Find(Options(), Cluster, [.. s_founders, added]);
        join.Self.ShouldBe(added.Id);
        join.Members[^1].Name.ShouldBe("n4");
    }

    [Fact]
    public void A_node_that_is_not_added_yet_is_told_how_to_be()
    {
        var refused = Should.Throw<InvalidOperationException>(() => ClusterJoin.Find(Options(), Cluster, s_founders));
        refused.Message.ShouldContain("is not a member of the cluster there yet (members n1, n2)");
        refused.Message.ShouldContain("actorquorum member add n4=127.0.0.1:7104,127.0.0.1:2394");
    }

    [Fact]
    public void Another_cluster_is_told_by_the_numbers_of_its_members()
    {
        var added = new MemberInfo(ClusterIdentity.IdOf("shop", "n4", ""), "n4", "127.0.0.1:7104", "");
        var refused = Should.Throw<InvalidOperationException>(
            () => ClusterJoin.Find(Options() with { ClusterName = "other" }, Cluster, [.. s_founders, added]));
        refused.Message.ShouldContain("the cluster there (c1, members n1, n2, n4) is not \"other\"");
    }

    [Fact]
    public void An_address_that_differs_from_the_one_it_was_added_with_is_named()
    {
        var added = new MemberInfo(ClusterIdentity.IdOf("shop", "n4", ""), "n4", "10.0.0.4:7104", "");
        var refused = Should.Throw<InvalidOperationException>(() => ClusterJoin.Find(Options(), Cluster, [.. s_founders, added]));
        refused.Message.ShouldContain("n4 was added with the peer address 10.0.0.4:7104, and its file says 127.0.0.1:7104");
    }

    [Fact]
    public void A_member_has_one_number_whoever_adds_it()
    {
        var founders = ClusterIdentity.Of(Options() with { Name = "n4" });
        ClusterIdentity.IdOf("shop", "n4", "whatever:1").ShouldBe(founders.Self.Id);
        ClusterIdentity.IdOf("shop", "", "a:1").ShouldNotBe(ClusterIdentity.IdOf("shop", "", "a:2"));
        ClusterIdentity.IdOf("shop", "", "a:1").ShouldNotBe(ClusterIdentity.IdOf("other", "", "a:1"));
        ClusterIdentity.IdOf("shop", "a:1", "").ShouldNotBe(ClusterIdentity.IdOf("shop", "", "a:1"));
    }

    internal static NodeOptions Options() => new()
    {
        Name = "n4", ClusterName = "shop", DataDirectory = "n4",
        Members = [new("n4", "127.0.0.1:7104", "127.0.0.1:2394")],
    };
}
