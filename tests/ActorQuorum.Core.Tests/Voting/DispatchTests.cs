using ActorQuorum.Core.Tests.Voting.Harness;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>A slave changes nothing, not even by its goodbye: its master need not wait for a word that was promised to nobody else.</summary>
[Trait("Row", "QC-8")]
public sealed class DispatchTests
{
    private readonly VotingWorld _world = new();

    [Theory]
    [InlineData(2, "", "B")]
    [InlineData(4, "D", "C")]
    [InlineData(3, "", "B,C")]
    [InlineData(5, "E", "C,D")]
    public void A_slave_that_dispatches_leaves_the_master_as_it_is(int members, string crashed, string leaving)
    {
        _world.StartMany(members);
        var a = _world["A"];
        _world.RunUntil(() => a.IsActing && a.Core.Roster.Members.Length == members && !a.Core.Roster.IsChanging, 5, "all agree");
        _world.RunFor(1);
        if (crashed.Length > 0) _world[crashed].Crash();
        _world.RunFor(1.5);
        var (roles, epoch) = (a.Roles.Count, a.Core.ActingEpoch);
        foreach (var name in leaving.Split(',')) _world[name].Dispatch();
        for (var step = 0; step < 300; step++)
        {
            _world.RunFor(0.01);
            a.IsActing.ShouldBeTrue($"{step * 10} ms after the goodbye\n{_world}");
        }

        a.Roles.Count.ShouldBe(roles);
        a.Core.ActingEpoch.ShouldBe(epoch);
        _world.Running.ShouldAllBe(station => station.Master == "A");
    }
}
