using ActorQuorum.Configuration;
using ActorQuorum.Metrics;
using ActorQuorum.Tests.Metrics;
using ActorQuorum.Voting;

namespace ActorQuorum.Tests.Voting;

/// <summary>Real nodes that find each other by real datagrams, on loopback.</summary>
public sealed class VotingNodeTests : IAsyncLifetime
{
    private readonly VotingNetwork _network = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _network.EndAsync();

    [Theory]
    [InlineData(NodeRuntime.Pool)]
    [InlineData(NodeRuntime.Threads)]
    [Trait("Row", "QC-1")]
    public async Task Three_nodes_find_each_other_and_agree_on_the_eldest(NodeRuntime runtime)
    {
        var (a, b, c) = await StartThree(runtime);
        await VotingNetwork.UntilMasterAsync(a, b, c);
        a.Status.Connected.ShouldBe(["B", "C"]);
        a.Status.Epoch.ShouldBeGreaterThan(0);
        new[] { b.Status.Formation, c.Status.Formation }.ShouldAllBe(formation => formation == a.Status.Formation);
        await VotingNetwork.UntilAsync(() => _network.Loggers.Has("B set A as new master"), "B says so");
        _network.Loggers.Has("to connected by handshake, 3 nodes connected now").ShouldBeTrue();
    }

    [Fact]
    [Trait("Row", "QC-12")]
    public async Task A_node_alone_becomes_master_after_its_window_and_not_before()
    {
        var a = await _network.StartAsync(_network.OptionsOf("A") with { Election = new() { DiscoveryWindow = TimeSpan.FromHours(1) } });
        var b = await _network.StartAsync(_network.OptionsOf("B") with { ClusterName = "alone" });
        await VotingNetwork.UntilMasterAsync(b);
        a.Status.Role.ShouldBe(VotingRole.None);
        b.Status.Connected.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Row", "QC-6")]
    [Trait("Row", "QC-8")]
    public async Task A_master_that_dispatches_is_not_lost_and_the_next_eldest_follows()
    {
        var (a, b, c) = await StartThree();
        await VotingNetwork.UntilMasterAsync(a, b, c);
        var before = a.Status.Epoch;
        await a.DispatchAsync();
        a.Completion.IsCompletedSuccessfully.ShouldBeTrue();
        a.Status.Role.ShouldBe(VotingRole.None);
        await VotingNetwork.UntilMasterAsync(b, c);
        b.Status.Dispatched.ShouldBe(["A"]);
        b.Status.Lost.ShouldBeEmpty();
        b.Status.Epoch.ShouldBeGreaterThan(before);
        _network.Loggers.Has("A dispatched").ShouldBeTrue();
    }

    [Fact]
    [Trait("Row", "QC-7")]
    public async Task A_node_that_stops_without_a_word_is_lost_and_is_back_when_its_name_is()
    {
        var (a, b, c) = await StartThree();
        await VotingNetwork.UntilMasterAsync(a, b, c);
        await c.StopAsync();
        await VotingNetwork.UntilAsync(() => a.Status.Lost is ["C"], "A lost C");
        a.Status.Role.ShouldBe(VotingRole.Master);
        var again = await _network.StartAsync("C");
        await VotingNetwork.UntilMasterAsync(a, b, again);
        await VotingNetwork.UntilAsync(() => a.Status.Lost.Count == 0 && a.Status.Connected is ["B", "C"], "C is back on another port");
    }

    [Fact]
    [Trait("Row", "QC-5")]
    public async Task When_more_are_lost_than_live_a_node_ends_and_says_why()
    {
        var (a, b, c) = await StartThree();
        await VotingNetwork.UntilMasterAsync(a, b, c);
        await Task.WhenAll(a.StopAsync(), b.StopAsync());
        var ended = await Should.ThrowAsync<VotingEndedException>(() => c.Completion.WaitAsync(TimeSpan.FromMinutes(1)));
        ended.End.ShouldBe(VotingEnd.NoMajority);
        c.Status.Role.ShouldBe(VotingRole.None);
        _network.Loggers.Has("C dispatches").ShouldBeTrue();
    }

    [Fact]
    [Trait("Row", "QC-10")]
    public async Task The_second_of_two_live_nodes_of_one_name_is_refused_and_its_operator_hears_it()
    {
        var a = await _network.StartAsync("A");
        await VotingNetwork.UntilMasterAsync(a);
        var second = await _network.StartAsync("A");
        var ended = await Should.ThrowAsync<VotingEndedException>(() => second.Completion.WaitAsync(TimeSpan.FromMinutes(1)));
        ended.End.ShouldBe(VotingEnd.NameTaken);
        ended.Message.ShouldContain("name");
        a.Status.Role.ShouldBe(VotingRole.Master);
        a.Completion.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    [Trait("Row", "QC-9")]
    public async Task Role_changes_are_told_in_order_from_the_state_at_the_call_to_the_end()
    {
        var a = await _network.StartAsync("A");
        var heard = CollectAsync(a);
        await VotingNetwork.UntilMasterAsync(a);
        var late = CollectAsync(a);
        var (formation, epoch) = (a.Status.Formation, a.Status.Epoch);
        await a.DispatchAsync();
        (await heard).Select(change => (change.Previous, change.Role, change.Master)).ShouldBe(
        [
            (VotingRole.None, VotingRole.None, null), (VotingRole.None, VotingRole.Master, "A"), (VotingRole.Master, VotingRole.None, null),
        ]);
        (await late)[0].ShouldBe(new VotingRoleChange(VotingRole.Master, "A", formation, epoch, VotingRole.None));
        (await CollectAsync(a)).ShouldHaveSingleItem().Role.ShouldBe(VotingRole.None);
    }

    [Fact]
    [Trait("Row", "QC-10")]
    public async Task A_busy_port_is_said_and_the_next_free_one_taken_and_the_name_is_made_of_that()
    {
        var a = await _network.StartAsync("A");
        var busy = PortOf(a);
        var b = await _network.StartAsync(_network.OptionsOf("B") with { Name = null, Port = busy });
        PortOf(b).ShouldBeGreaterThan(busy);
        b.Status.Name.ShouldBe($"{Environment.MachineName}:{PortOf(b)}");
        _network.Loggers.Has($"Port {busy} is busy").ShouldBeTrue();
        await Should.ThrowAsync<IOException>(() => _network.StartAsync(_network.OptionsOf("C") with { Port = busy, TakesNextFreePort = false }));
    }

    [Fact]
    [Trait("Row", "QC-14")]
    public async Task The_epoch_is_kept_over_a_restart_and_its_directory_is_locked()
    {
        var directory = Directory.CreateTempSubdirectory("actorquorum-epoch-");
        try
        {
            var options = _network.OptionsOf("A") with { DataDirectory = directory.FullName };
            var a = await _network.StartAsync(options);
            await VotingNetwork.UntilMasterAsync(a);
            var before = a.Status.Epoch;
            (await Should.ThrowAsync<IOException>(() => _network.StartAsync(options with { Name = "B" }))).Message.ShouldContain("in use");
            await a.DispatchAsync();
            var again = await _network.StartAsync(options);
            await VotingNetwork.UntilMasterAsync(again);
            again.Status.Epoch.ShouldBeGreaterThan(before);
            await again.StopAsync();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_disk_that_fails_stops_the_node_and_it_is_never_master_without_its_epoch()
    {
        var directory = Directory.CreateTempSubdirectory("actorquorum-epoch-");
        var a = await VotingNode.StartAsync(_network.OptionsOf("A") with { DataDirectory = directory.FullName }, new RecordingLoggers());
        var heard = CollectAsync(a);
        directory.Delete(recursive: true);
        await Should.ThrowAsync<IOException>(() => a.Completion.WaitAsync(Eventually.Deadline));
        a.Completion.IsFaulted.ShouldBeTrue();
        (await heard).ShouldAllBe(change => change.Role == VotingRole.None);
        await a.DisposeAsync();
    }

    [Fact]
    [Trait("Row", "QC-14")]
    public async Task What_it_hears_and_plays_is_metered()
    {
        var a = await _network.StartAsync("A");
        var b = await _network.StartAsync("B");
        await VotingNetwork.UntilMasterAsync(a, b);
        await VotingNetwork.UntilAsync(() => ValueOf(a, "actorquorum.discovery.datagrams", "own") > 0, "its own datagrams are counted");
        ValueOf(a, "actorquorum.voting.master").ShouldBe(1);
        ValueOf(b, "actorquorum.voting.master").ShouldBe(0);
        ValueOf(a, "actorquorum.voting.connected").ShouldBe(1);
        ValueOf(a, "actorquorum.discovery.announcements").ShouldBeGreaterThan(0);
        ValueOf(a, "actorquorum.discovery.datagrams", "too-large").ShouldBe(0);
    }

    [Fact]
    public async Task Every_instrument_is_documented_with_its_unit_and_every_documented_one_is_there()
    {
        using var reader = new MetricReader(await _network.StartAsync("A"));
        DocumentedInstruments.Under("## A node of the constant election").ShouldBe(DocumentedInstruments.Of(reader));
    }

    [Fact]
    public async Task Settings_that_cannot_be_are_refused_before_anything_is_opened()
    {
        var good = _network.OptionsOf("A");
        VotingNodeOptions[] bad =
        [
            good with { Port = -1 }, good with { Port = 65536 }, good with { BroadcastPort = 0 }, good with { BroadcastAddress = "::1" },
            good with { BroadcastAddress = "everybody" }, good with { FirstPause = TimeSpan.Zero }, good with { Name = "a\u0000b" },
            good with { Name = "half \ud83d" }, good with { FirstPause = TimeSpan.FromSeconds(9) }, good with { Runtime = NodeRuntime.Akka },
            good with { Election = new() { Lost = TimeSpan.FromMilliseconds(500) } },
        ];
        foreach (var options in bad) await Should.ThrowAsync<ArgumentException>(() => _network.StartAsync(options), options.ToString());
    }

    [Fact]
    public async Task Names_of_every_script_and_of_300_characters_are_names()
    {
        string[] names = [new('ノ', 300), "узел 🙂", "نود"];
        var nodes = new List<VotingNode>();
        foreach (var name in names) nodes.Add(await _network.StartAsync(name));

        // Born in one millisecond, they are ordered by name.
        await VotingNetwork.UntilAsync(
            () => nodes.All(node => node.Status is { Master: { } master, Connected.Count: 2 } && master == nodes[0].Status.Master), "all agree");
        await Should.ThrowAsync<ArgumentException>(() => _network.StartAsync(new string('x', 301)));
    }

    private static int PortOf(VotingNode node) => int.Parse(node.Status.Address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);

    private static double ValueOf(VotingNode node, string instrument, string? verdict = null)
    {
        using var reader = new MetricReader(node);
        return reader.Collect().Where(family => family.Name == instrument).SelectMany(family => family.Series)
            .Where(series => verdict is null || series.Tags.Any(tag => (string?)tag.Value == verdict)).Sum(series => series.Value);
    }

    private static async Task<List<VotingRoleChange>> CollectAsync(VotingNode node)
    {
        var changes = new List<VotingRoleChange>();
        await foreach (var change in node.RoleChanges()) changes.Add(change);
        return changes;
    }

    private async Task<(VotingNode A, VotingNode B, VotingNode C)> StartThree(NodeRuntime runtime = NodeRuntime.Pool)
    {
        var a = await Start("A");
        var b = await Start("B");
        return (a, b, await Start("C"));

        Task<VotingNode> Start(string name) => _network.StartAsync(_network.OptionsOf(name) with { Runtime = runtime });
    }
}
