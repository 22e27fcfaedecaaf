using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>A node that waits for a majority does not say that it leaves.</summary>
[Trait("Row", "QC-11")]
public sealed class WaitingWordsTests
{
    private readonly VotingWorld _world = new();

    [Theory]
    [InlineData(nameof(OnMinority.Wait))]
    [InlineData(nameof(OnMinority.Stop))]
    public void Only_a_node_that_dispatches_says_so(string onMinority)
    {
        var a = _world.Start("A", configure: options => options with { OnMinority = Enum.Parse<OnMinority>(onMinority) });
        _world.Start("B", 8081);
        _world.RunUntil(() => a.IsActing && a.Core.Roster.Members.Length == 2, 6, "two agree");
        _world["B"].Crash();
        _world.RunFor(3);

        const string cause = "more are lost than connected: 1 live, itself included, and 1 lost; a majority needs more live than lost.";
        var awaited = a.Events.OfType<MajorityAwaited>().Select(happened => happened.Cause);
        if (onMinority == nameof(OnMinority.Wait)) awaited.ShouldBe([cause]);
        else a.Stop!.Text.ShouldBe("It dispatches because " + cause);
        a.Roles.ShouldAllBe(change => !change.Cause.Contains("It dispatches", StringComparison.Ordinal));
    }
}
