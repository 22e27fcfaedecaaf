using System.Collections.Immutable;
using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Tests.Actors;

public sealed class NodeViewTests
{
    [Fact]
    [Trait("Row", "CO-4")]
    public void Who_has_said_its_last_word_tells_of_no_role_any_more()
    {
        var self = new MemberInfo(new MemberId(1), "n1", "h:1", "h:2");
        var view = new NodeView(1, self, [self]);
        var heard = new List<Role>();
        view.RoleChanged += change => heard.Add(change.To);
        RoleChange To(Role role) => new(Role.Follower, role, 1, MemberId.None, RoleCause.VotesWon, MemberId.None, TimeSpan.Zero, ImmutableArray<MemberId>.Empty);

        view.Announce(To(Role.Candidate));
        view.Silence();
        view.Announce(To(Role.Leader));

        heard.ShouldBe([Role.Candidate]);
    }
}
