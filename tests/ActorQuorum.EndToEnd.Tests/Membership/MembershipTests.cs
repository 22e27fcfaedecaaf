using System.Text.Json;
using ActorQuorum.Cli.Client;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Membership;

/// <summary>A cluster of processes that grows and shrinks while it serves.</summary>
[Trait("Row", "CO-3")]
public sealed class MembershipTests : IAsyncLifetime, IAsyncDisposable
{
    private RealCluster? _cluster;

    private RealCluster Cluster => _cluster!;

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    [Fact]
    [Trait("Row", "RN-6")]
    public async Task Three_grow_to_five_in_one_change_and_serve_without_two_of_the_founders()
    {
        await FoundAsync(3);
        await Cluster.Nodes[0].PutAsync("before", "1");
        RealNode[] newcomers = [Cluster.Newcomer(), Cluster.Newcomer()];

        var added = await MemberAsync(0, ["add", .. newcomers.Select(Named)]);
        added.Output.Split('\n').Length.ShouldBe(2);
        added.Output.ShouldContain(" added to cluster ");
        (await VotersAsync()).ShouldBe(["n1", "n2", "n3"]);

        foreach (var newcomer in newcomers) newcomer.Start("--join", Cluster.Nodes[0].ClientAddress);
        await VotersBecomeAsync("n1", "n2", "n3", "n4", "n5");
        await Cluster.Nodes[1].KillAsync();
        await Cluster.Nodes[2].KillAsync();
        await Cluster.LeaderAsync();
        await newcomers[0].PutAsync("after", "2");
        foreach (var newcomer in newcomers) (await newcomer.GetAsync("before")).ShouldBe("1");
    }

    [Fact]
    [Trait("Row", "RN-6")]
    public async Task A_node_that_joined_needs_nobody_to_tell_it_again()
    {
        await FoundAsync(1);
        var newcomer = await JoinAsync();
        await newcomer.KillAsync();

        newcomer.Start();
        await ServesAsync(newcomer);
        await newcomer.KillAsync();

        // A supervisor that says --join each time does no harm, whether the endpoint is up or not.
        newcomer.Start("--join", Cluster.Nodes[0].ClientAddress);
        await ServesAsync(newcomer);
        await newcomer.KillAsync();
        newcomer.Start("--join", newcomer.ClientAddress);
        await ServesAsync(newcomer);
    }

    [Fact]
    public async Task A_newcomer_that_never_comes_wedges_nothing_and_is_taken_back()
    {
        await FoundAsync(3);
        var absent = Cluster.Newcomer();
        await DoneAsync(0, "add", Named(absent));

        await Cluster.Nodes[1].PutAsync("meanwhile", "1");
        (await Cluster.Nodes[2].GetAsync("meanwhile")).ShouldBe("1");
        await DoneAsync(2, "remove", "n4");
        (await NamesAsync()).ShouldBe(["n1", "n2", "n3"]);
    }

    [Fact]
    public async Task A_leader_that_is_removed_hands_over_and_the_others_go_on()
    {
        await FoundAsync(3);
        var leader = await Cluster.LeaderAsync();
        var other = Cluster.Nodes.First(node => node != leader);

        await DoneAsync(Index(other), "remove", leader.Name);

        (await NamesAsync(Index(other))).ShouldBe([.. Cluster.Nodes.Where(node => node != leader).Select(node => node.Name)]);
        await other.PutAsync("after", "1");
        await leader.KillAsync();
        await other.PutAsync("without", "2");
    }

    [Fact]
    [Trait("Row", "CO-6")]
    public async Task A_client_that_asks_a_removed_member_first_is_served_by_the_next_and_told_where_there_is_none()
    {
        await FoundAsync(3);
        var leader = await Cluster.LeaderAsync();
        var other = Cluster.Nodes.First(node => node != leader);
        await DoneAsync(Index(other), "remove", leader.Name);
        await Eventually.HoldsAsync(
            "it knows that it was removed",
            async () => await CliProcess.RunAsync(["put", "alone", "1", "--endpoints", leader.ClientAddress, "--timeout", "1s"])
                is { ExitCode: 3 } refused && refused.Errors.Contains("this node is not part of a cluster", StringComparison.Ordinal),
            Cluster.Describe);

        var endpoints = $"{leader.ClientAddress},{other.ClientAddress}";
        (await CliProcess.RunAsync(["put", "next", "1", "--endpoints", endpoints])).ExitCode.ShouldBe(0);
        (await CliProcess.RunAsync(["member", "add", Named(leader), "--endpoints", endpoints])).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_member_that_was_removed_comes_back_with_its_old_directory_once_it_is_added_again()
    {
        await FoundAsync(3);
        var leader = await Cluster.LeaderAsync();
        var gone = Cluster.Nodes.First(node => node != leader);
        await DoneAsync(Index(leader), "remove", gone.Name);
        await gone.KillAsync();
        await leader.PutAsync("meanwhile", "1");

        await DoneAsync(Index(leader), "add", Named(gone));
        gone.Start();

        await Eventually.HoldsAsync(
            "it votes again",
            async () => (await MembersAsync(Index(leader))).Count(member => member.GetProperty("voter").GetBoolean()) == 3, Cluster.Describe);
        await ServesAsync(gone);
        (await gone.GetAsync("meanwhile")).ShouldBe("1");
    }

    [Fact]
    public async Task A_learner_follows_without_a_vote_until_it_is_promoted()
    {
        await FoundAsync(1);
        var newcomer = Cluster.Newcomer();
        await DoneAsync(0, "add", Named(newcomer), "--learner");
        await RefusedAsync(["promote", "n2"], "etcdserver: can only promote a learner member which is in sync with leader");

        newcomer.Start("--join", Cluster.Nodes[0].ClientAddress);
        await newcomer.Process!.PrintsAsync("n2 follows n1");
        await Eventually.HoldsAsync("the learner has what was written", async () => await newcomer.GetAsync("founded", serializable: true) == "yes");
        (await VotersAsync()).ShouldBe(["n1"]);

        await Eventually.HoldsAsync("it is promoted", async () => (await MemberAsync(0, "promote", "n2")).ExitCode == 0);
        (await VotersAsync()).ShouldBe(["n1", "n2"]);
        await RefusedAsync(["promote", "n2"], "etcdserver: can only promote a learner member");
    }

    [Fact]
    public async Task What_cannot_be_is_refused_in_etcds_words_and_changes_nothing()
    {
        await FoundAsync(1);
        var newcomer = Cluster.Newcomer();
        await DoneAsync(0, "add", Named(newcomer), "--learner");
        var before = await NamesAsync();

        await RefusedAsync(["add", Named(newcomer)], "etcdserver: Peer URLs already exists");
        await RefusedAsync(["add", $"other={newcomer.PeerAddress}"], "etcdserver: Peer URLs already exists");
        await RefusedAsync(["add", "n2=127.0.0.1:1"], "etcdserver: Peer URLs already exists");
        await RefusedAsync(["remove", "n9"], "there is no member 'n9'; the members are n1, n2.");
        await RefusedAsync(["remove", "n1"], "etcdserver: re-configuration failed due to not enough started members");
        await RefusedAsync(["promote", "n1"], "etcdserver: can only promote a learner member");
        await RefusedAsync(["update", "n2", "--peer", Cluster.Nodes[0].PeerAddress], "etcdserver: Peer URLs already exists");
        (await MemberAsync(0, "add", "n4")).ExitCode.ShouldBe(2);
        (await MemberAsync(0, "add", "n4=nowhere")).ExitCode.ShouldBe(2);
        (await MemberAsync(0, "update", "n2")).ExitCode.ShouldBe(2);

        (await NamesAsync()).ShouldBe(before);
        (await Cluster.Nodes[0].GetAsync("founded")).ShouldBe("yes");
    }

    [Fact]
    public async Task A_member_moves_to_another_address()
    {
        await FoundAsync(3);
        var moved = Cluster.Nodes[2];
        await moved.KillAsync();
        await Cluster.LeaderAsync();
        var elsewhere = Cluster.Newcomer();
        await DoneAsync(0, "update", "n3", "--peer", elsewhere.PeerAddress, "--client", elsewhere.ClientAddress);

        var file = Path.Combine(Cluster.Folder, "moved.conf");
        await File.WriteAllTextAsync(
            file,
            RealCluster.NodeConfig("n3", moved.DataDirectory)
            + $"actorquorum.cluster.members.n3 {{ peer = \"{elsewhere.PeerAddress}\", client = \"{elsewhere.ClientAddress}\" }}\n");
        await using var process = CliProcess.Start("run", "-c", file);
        await process.PrintsAsync("n3 follows");
    }

    [SkippableFact]
    public async Task Etcdctl_changes_members_too()
    {
        Skip.If(Etcdctl is null, "etcdctl (Debian: etcd-client) is not installed.");
        await FoundAsync(1);
        var newcomer = Cluster.Newcomer();
        (await EtcdctlAsync("member", "add", "n2", $"--peer-urls=http://{newcomer.PeerAddress}", "--learner")).Output.ShouldMatch("^Member +[0-9a-f]+ added to cluster ");
        var line = (await EtcdctlAsync("member", "list")).Output.Split('\n').Single(text => text.Contains("unstarted", StringComparison.Ordinal));
        line.ShouldEndWith($", unstarted, , http://{newcomer.PeerAddress}, , true");
        var id = line.Split(',')[0];
        (await EtcdctlEndsAsync(1, "member", "promote", id)).Errors.ShouldContain("can only promote a learner member which is in sync with leader");
        (await EtcdctlEndsAsync(1, "member", "add", "n2", $"--peer-urls=http://{newcomer.PeerAddress}")).Errors.ShouldContain("etcdserver: Peer URLs already exists");

        newcomer.Start("--join", Cluster.Nodes[0].ClientAddress);
        await Eventually.HoldsAsync(
            "its name has come with it",
            async () => (await EtcdctlAsync("member", "list")).Output.Contains($"{id}, started, n2, http://{newcomer.PeerAddress}, http://{newcomer.ClientAddress}, true", StringComparison.Ordinal),
            Cluster.Describe);
        await Eventually.HoldsAsync("it is promoted", async () => (await EtcdctlEndsAsync(null, "member", "promote", id)).ExitCode == 0, Cluster.Describe);
        (await EtcdctlAsync("member", "list")).Output.ShouldContain($"{id}, started, n2, http://{newcomer.PeerAddress}, http://{newcomer.ClientAddress}, false");

        (await EtcdctlEndsAsync(1, "member", "remove", "1234")).Errors.ShouldContain("etcdserver: member not found");
        (await EtcdctlAsync("member", "remove", id)).Output.ShouldMatch("^Member +[0-9a-f]+ removed from cluster ");
        (await EtcdctlAsync("member", "list")).Output.Split('\n').Length.ShouldBe(1);
        await Cluster.Nodes[0].PutAsync("after", "1");
    }

    private static string? Etcdctl { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "etcdctl")).FirstOrDefault(File.Exists);

    private static string Named(RealNode node) => $"{node.Name}={node.PeerAddress},{node.ClientAddress}";

    private async Task FoundAsync(int nodes)
    {
        _cluster = new RealCluster(nodes);
        await Cluster.StartAsync();
        await Cluster.Nodes[0].PutAsync("founded", "yes");
    }

    private async Task<RealNode> JoinAsync()
    {
        var newcomer = Cluster.Newcomer();
        await DoneAsync(0, "add", Named(newcomer));
        newcomer.Start("--join", Cluster.Nodes[0].ClientAddress);
        await VotersBecomeAsync([.. Cluster.Nodes.Select(node => node.Name)]);
        return newcomer;
    }

    private int Index(RealNode node) => Cluster.Nodes.ToList().IndexOf(node);

    private Task<CliProcess> MemberAsync(int asked, params IEnumerable<string> words) =>
        CliProcess.RunAsync(["member", .. words, "--endpoints", Cluster.Nodes[asked].ClientAddress]);

    private async Task DoneAsync(int asked, params IEnumerable<string> words)
    {
        var ended = await MemberAsync(asked, words);
        ended.ExitCode.ShouldBe(0, $"{ended}\n{Cluster.Describe()}");
    }

    /// <summary>A linearizable read needs both of the two.</summary>
    private Task ServesAsync(RealNode node) => Eventually.HoldsAsync(
        $"{node.Name} serves",
        async () =>
        {
            try
            {
                return await node.GetAsync("founded") == "yes";
            }
            catch (CallFailedException)
            {
                return false;
            }
        },
        Cluster.Describe);

    private async Task RefusedAsync(string[] words, string because)
    {
        var refused = await MemberAsync(0, words);
        refused.ExitCode.ShouldBe(1, refused.ToString());
        refused.Errors.ShouldContain(because);
    }

    private async Task<JsonElement[]> MembersAsync(int asked)
    {
        var listed = await MemberAsync(asked, "list", "-o", "json");
        return listed.ExitCode == 0 ? [.. JsonDocument.Parse(listed.Output).RootElement.EnumerateArray()] : [];
    }

    private async Task<string[]> NamesAsync(int asked = 0) => [.. (await MembersAsync(asked)).Select(member => member.GetProperty("name").GetString()!)];

    private async Task<string[]> VotersAsync() =>
        [.. (await MembersAsync(0)).Where(member => member.GetProperty("voter").GetBoolean()).Select(member => member.GetProperty("name").GetString()!)];

    private Task VotersBecomeAsync(params string[] names) => Eventually.HoldsAsync(
        $"the voters are {string.Join(", ", names)}", async () => (await VotersAsync()).SequenceEqual(names), Cluster.Describe);

    private Task<CliProcess> EtcdctlAsync(params string[] words) => EtcdctlEndsAsync(0, words);

    private async Task<CliProcess> EtcdctlEndsAsync(int? exitCode, params string[] words)
    {
        var ended = await CliProcess.RunAsync(CliProcess.StartProgram(Etcdctl!, [$"--endpoints={Cluster.Nodes[0].ClientAddress}", .. words]));
        if (exitCode is { } expected) ended.ExitCode.ShouldBe(expected, ended.ToString());
        return ended;
    }
}
