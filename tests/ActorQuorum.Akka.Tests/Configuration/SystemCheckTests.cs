using ActorQuorum.Akka.Tests.Cluster;
using ActorQuorum.TestKit.Cluster;
using Akka.Actor;
using Akka.Serialization;

namespace ActorQuorum.Akka.Tests.Configuration;

/// <summary>A system that cannot hold a quorum is refused, with the setting that mends it.</summary>
public sealed class SystemCheckTests
{
    [Theory]
    [InlineData("akka.actor.provider = local", "akka.actor.provider must be remote")]
    [InlineData("akka.remote.untrusted-mode = off", "akka.remote.untrusted-mode must be on")]
    [InlineData("akka.remote.trusted-selection-paths = []", "akka.remote.trusted-selection-paths must hold \"/user/quorum/peers\"")]
    [InlineData("akka.remote.dot-netty.tcp.port = 0", "akka.remote.dot-netty.tcp.hostname and port must be those")]
    [InlineData("akka.remote.dot-netty.tcp.maximum-frame-size = 128000b", "maximum-frame-size is 128000 bytes and must be 8454144 at least")]
    [InlineData("akka.actor.serializers.json = \"Akka.Serialization.NewtonSoftJsonSerializer, Akka\"", "akka.actor.serializers.json must be the one that refuses")]
    [InlineData("akka.actor.serialize-messages = on", "akka.actor.serialize-messages must be off")]
    public async Task A_setting_that_a_quorum_cannot_do_without_is_named(string setting, string problem)
    {
        await using var cluster = new AkkaCluster(1);
        var system = cluster.CreateSystem("n1", setting);
        var refused = await Should.ThrowAsync<InvalidOperationException>(() => system.StartQuorum(cluster.ConfigOf("n1")));
        refused.Message.ShouldContain(problem);
        refused.Message.ShouldContain("create the system with QuorumConfig.System");
    }

    [Fact]
    public async Task A_system_that_knows_nothing_of_a_quorum_is_refused()
    {
        await using var cluster = new AkkaCluster(1);
        using var plain = ActorSystem.Create("shop");
        (await Should.ThrowAsync<InvalidOperationException>(() => plain.StartQuorum(cluster.ConfigOf("n1")))).Message.ShouldContain("cannot hold a quorum");
    }

    [Theory]
    [InlineData("aaa")]
    [InlineData("zzz")]
    public async Task A_serializer_with_the_number_of_ours_is_refused_whichever_came_last(string alias)
    {
        await using var cluster = new AkkaCluster(1);
        var taken = typeof(NumberTaker).AssemblyQualifiedName;
        var system = cluster.CreateSystem(
            "n1", $"akka.actor {{ serializers {{ {alias} = \"{taken}\" }}\n serialization-bindings {{ \"System.Version\" = {alias} }} }}");
        var refused = await Should.ThrowAsync<InvalidOperationException>(() => system.StartQuorum(cluster.ConfigOf("n1")));
        refused.Message.ShouldContain("number");
        refused.Message.ShouldContain("akka.actor.serialization-identifiers");
    }

    [Fact]
    public async Task A_serializer_whose_number_ours_has_taken_is_named()
    {
        await using var cluster = new AkkaCluster(1);
        var config = cluster.ConfigOf(
            "n1", $"akka.actor {{ serializers {{ other = \"{typeof(NumberTaker).AssemblyQualifiedName}\" }}\n serialization-bindings {{ \"System.Version\" = other }} }}");
        var oursComesLast = SerializationSetup.Create(system =>
            [SerializerDetails.Create("actorquorum", new Akka.Remoting.QuorumSerializer(system), [typeof(Akka.Remoting.PeerParcel)])]);
        using var system = ActorSystem.Create(cluster.SystemName, BootstrapSetup.Create().WithConfig(config.System).And(oursComesLast));
        (await Should.ThrowAsync<InvalidOperationException>(() => system.StartQuorum(config))).Message.ShouldContain("NumberTaker has the number 7101");
    }

    [Fact]
    public async Task A_second_quorum_in_one_system_is_refused_and_the_first_goes_on()
    {
        await using var cluster = new AkkaCluster(1);
        var first = await cluster.StartAsync("n1");
        var other = cluster.OptionsOf("n1") with { Storage = ActorQuorum.Configuration.StorageKind.Memory };
        (await Should.ThrowAsync<InvalidOperationException>(() => first.System.StartQuorum(QuorumConfig.Of(other))))
            .Message.ShouldContain("a quorum runs in the actor system shop already, as /user/quorum");
        await AkkaCluster.PutAsync(first, "a", "1");
    }

    [Fact]
    public async Task An_answer_over_the_frame_size_is_an_error_at_once_and_nothing_is_lost()
    {
        await using var cluster = new AkkaCluster(3)
        {
            Limits = new() { RequestSizeBytes = 64 << 10, AppendSizeBytes = 64 << 10, FrameSizeBytes = 128 << 10 },
        };
        var members = await cluster.StartAsync();
        var leader = await AkkaCluster.LeaderOf(members);
        for (var i = 0; i < 3; i++) await AkkaCluster.PutAsync(leader, $"k{i}", new string('x', 60_000));
        var follower = members.First(member => !member.Leads);
        var all = Prefix("k");

        // Reads do not travel between the members, so they may be of any size.
        foreach (var member in members)
            (await member.Node.QueryAsync(all, Consistency.Linearizable).InTime()).Payload.Length.ShouldBeGreaterThan(180_000);

        var refused = await Should.ThrowAsync<QuorumException>(() => follower.Node.ProposeAsync(DeleteAndShow("k")).InTime());
        refused.Error.ShouldBe(QuorumError.OutcomeUnknown);
        refused.Message.ShouldContain("was applied");
        StoredText.ValueOf(await follower.Node.QueryAsync(StoredText.Get("k2"), Consistency.Linearizable).InTime()).ShouldBeNull();
    }

    [Fact]
    public async Task A_quorum_that_has_stopped_makes_room_in_its_system_for_the_next()
    {
        await using var cluster = new AkkaCluster(1);
        var member = await cluster.StartAsync("n1");
        await AkkaCluster.PutAsync(member, "a", "1");

        // That the name is freed a little late is rare: this shows that it is freed, and mostly not when.
        for (var i = 0; i < 20; i++)
        {
            await member.Node.StopAsync();
            member = new(member.System, await member.System.StartQuorum(cluster.ConfigOf("n1")));
        }

        (await AkkaCluster.GetAsync(member, "a")).ShouldBe("1");
        await member.Node.StopAsync();
    }

    private static ReadOnlyMemory<byte> DeleteAndShow(string prefix) => StateMachines.Command.Encode(
        StateMachines.CommandKind.DeleteRange,
        new StateMachines.Etcd.DeleteRangeRequest
        {
            Key = Google.Protobuf.ByteString.CopyFromUtf8(prefix), RangeEnd = Google.Protobuf.ByteString.CopyFromUtf8("l"), PrevKv = true,
        });

    private static ReadOnlyMemory<byte> Prefix(string prefix) => StateMachines.Command.Encode(
        StateMachines.CommandKind.Range,
        new StateMachines.Etcd.RangeRequest
        {
            Key = Google.Protobuf.ByteString.CopyFromUtf8(prefix), RangeEnd = Google.Protobuf.ByteString.CopyFromUtf8("l"),
        });

    /// <summary>Another library's serializer that happens to have our number.</summary>
    public sealed class NumberTaker(ExtendedActorSystem system) : SerializerWithStringManifest(system)
    {
        public override int Identifier => 7101;

        public override string Manifest(object o) => "";

        public override byte[] ToBinary(object obj) => [];

        public override object FromBinary(byte[] bytes, string manifest) => "";
    }
}
