using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>Row QC-13, and limits: what an idle node sends, and what is refused. What goes wrong in Quorum Cluster, and must not here.</summary>
public sealed class CostRowTests
{
    private readonly VotingWorld _world = new();

    [Fact]
    [Trait("Row", "QC-13")]
    public void An_idle_node_sends_one_message_a_peer_and_heartbeat()
    {
        _world.StartMany(4);
        _world.RunUntil(() => Agree("A", 4), 5, "four agree");
        _world.RunFor(1);
        var before = _world.Running.Sum(station => station.Core.Sent);
        _world.RunFor(10);
        (_world.Running.Sum(station => station.Core.Sent) - before).ShouldBeInRange(540, 690);
    }

    [Fact]
    public void More_members_than_there_may_be_are_refused()
    {
        for (var i = 0; i < 3; i++) _world.Start($"n{i}", configure: options => options with { MostMembers = 3 });
        _world.RunUntil(() => _world.Running.All(station => station.Master is not null), 5, "three agree");
        _world.Start("n3", configure: options => options with { MostMembers = 3 });
        _world.RunFor(3);
        _world["n0"].Events.ShouldContain(happened => happened is MemberRefused && ((MemberRefused)happened).Why == RefusalReason.Full);
        _world["n0"].Core.Roster.Members.Length.ShouldBe(3);
    }

    [Fact]
    public void Settings_under_which_two_could_act_at_once_are_refused()
    {
        var options = new VotingOptions { Self = Member("A", "x", 1) };
        options.DriftBound.ShouldBe(0.23, 0.01);
        Should.Throw<ArgumentException>(() => (options with { LostAfter = TimeSpan.FromMilliseconds(550) }).Checked()).Message.ShouldContain("two could act at once");
        Should.Throw<ArgumentException>(() => (options with { Heartbeat = TimeSpan.FromMilliseconds(300) }).Checked());
    }

    private static VotingMember Member(string name, string host, int port) => new(new MemberId((ulong)port), name, host, port, 1000);

    private bool Agree(string master, int members) =>
        _world.Running.Count() == members && _world[master].IsActing && _world.Masters.Length == 1
        && _world.Running.All(station => station.Master == master && !station.Core.Roster.IsChanging && station.Core.Roster.Members.Length == members
            && station.Core.Roster.Contains(station.Self.Id));
}
