using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>Row QC-10: names. What goes wrong in Quorum Cluster, and must not here.</summary>
public sealed class NameRowTests
{
    private readonly VotingWorld _world = new();

    [Fact]
    [Trait("Row", "QC-10")]
    public void The_second_of_two_nodes_of_one_name_is_refused_and_told_why()
    {
        _world.StartMany(2);
        _world.RunUntil(() => Agree("A", 2), 5, "two agree");
        _world.Start("B", 9000, "10.0.0.99");
        _world.RunUntil(() => !_world["B"].IsRunning, 2, "the second B stops");
        _world["B"].Stop!.Reason.ShouldBe(VotingStopReason.NameTaken);
        _world["B"].Stop!.Text.ShouldContain("Give this node another name");
        _world.Running.Count().ShouldBe(2);
    }

    [Fact]
    [Trait("Row", "QC-10")]
    public void Two_nodes_of_one_name_started_together_become_one()
    {
        _world.Start("A", 9000, "10.0.0.1");
        _world.RunFor(0.01);
        _world.Start("A", 9000, "10.0.0.2");
        _world.RunFor(4);
        _world.Running.Single().Self.Host.ShouldBe("10.0.0.1");
        _world.Masters.Length.ShouldBe(1);
    }

    [Theory]
    [Trait("Row", "QC-10")]
    [InlineData("Ünïcode")]
    [InlineData("ノード一")]
    [InlineData("узел")]
    public void Names_of_other_scripts_and_of_300_characters_take_part(string name)
    {
        var longest = string.Concat(Enumerable.Repeat(name, VotingOptions.NameLength))[..VotingOptions.NameLength];
        _world.Start(longest);
        _world.RunFor(0.01);
        _world.Start(name);
        _world.RunUntil(() => Agree(longest, 2), 5, "both agree");
        Should.Throw<ArgumentException>(() => _world.Start(longest + "x")).Message.ShouldContain("301 characters");
    }

    private bool Agree(string master, int members) =>
        _world.Running.Count() == members && _world[master].IsActing && _world.Masters.Length == 1
        && _world.Running.All(station => station.Master == master && !station.Core.Roster.IsChanging && station.Core.Roster.Members.Length == members
            && station.Core.Roster.Contains(station.Self.Id));
}
