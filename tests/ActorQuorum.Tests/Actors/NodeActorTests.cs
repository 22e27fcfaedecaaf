using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Actors;

/// <summary>What becomes of requests in the NodeActor: each ends exactly once, and nothing of it stays.</summary>
public sealed class NodeActorTests : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private readonly NodeRig _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_request_waits_for_a_leader_and_goes_to_it_once()
    {
        var (request, reply) = _node.Ask();
        _node.TakeProposed().ShouldBeEmpty();
        _node.Turn(NodeRig.Self);
        _node.TakeProposed().ShouldBe([request.Id]);
        _node.Pass(Tick);
        _node.TakeProposed().ShouldBeEmpty();
        reply.Answers.ShouldBeEmpty();
    }

    [Fact]
    public void Requests_that_were_given_up_while_no_leader_was_known_leave_nothing_behind()
    {
        for (var i = 0; i < 100; i++) _node.Tell(new ClientGone(_node.Ask().Request));
        var (_, overdue) = _node.Ask(Tick);
        _node.Pass(Tick);
        overdue.Answers.ShouldBe([nameof(QuorumError.NoLeader)]);
        _node.Pending.Count.ShouldBe(0);
        _node.Pending.WaitingCount.ShouldBe(0);
        _node.Pending.IsFull.ShouldBeFalse();
        _node.Turn(NodeRig.Self);
        _node.TakeProposed().ShouldBeEmpty();
    }

    [Fact]
    [Trait("Row", "CO-6")]
    public void What_waits_at_a_member_that_hears_that_it_was_detached_ends_at_once()
    {
        var (_, reply) = _node.Ask();
        _node.Follow(new Membership([new Member(NodeRig.Other, 1)]));
        reply.Answers.ShouldBe([nameof(QuorumError.NotAMember)]);
        _node.Pending.Count.ShouldBe(0);
    }

    /// <summary>The last configuration that it knows as committed is without it, the one that added it again is still to be committed.</summary>
    [Fact]
    [Trait("Row", "CO-2")]
    public void A_change_that_comes_too_early_for_a_leader_that_was_added_again_waits_for_the_tick()
    {
        _node.Follow(new Membership([new Member(NodeRig.Other, 1)]));
        _node.Turn(NodeRig.Self);
        var (request, reply) = _node.Change(new DetachMembers([NodeRig.Other]));
        _node.TakeChanges().ShouldBe([request.Id]);
        _node.RefuseChange(new(request.Id, MembershipRefusal.NotReady, "the leader has just been elected"));
        _node.TakeChanges().ShouldBeEmpty();
        _node.Pass(Tick);
        _node.TakeChanges().ShouldBe([request.Id]);
        reply.Answers.ShouldBeEmpty();
    }

    [Fact]
    public void What_a_leader_that_hands_over_refuses_is_proposed_again_at_a_tick_and_not_at_once()
    {
        _node.Turn(NodeRig.Self);
        var (request, reply) = _node.Ask();
        _node.TakeProposed().ShouldBe([request.Id]);
        _node.Turn(NodeRig.Self, refused: [new(request.Id)]);
        _node.TakeProposed().ShouldBeEmpty();
        _node.Pass(Tick);
        _node.TakeProposed().ShouldBe([request.Id]);
        reply.Answers.ShouldBeEmpty();
    }

    [Fact]
    public void What_a_leader_refuses_that_has_just_lost_its_place_goes_to_the_next_one_at_once()
    {
        _node.Turn(NodeRig.Self);
        var (request, reply) = _node.Ask();
        _node.Turn(NodeRig.Other);
        _node.Turn(NodeRig.Other, refused: [new(request.Id)]);
        _node.Transport.Sent.ShouldHaveSingleItem().ShouldBeOfType<Forward>().RequestId.ShouldBe(request.Id);
        reply.Answers.ShouldBeEmpty();
    }

    [Fact]
    public void A_command_that_a_full_leader_refused_ends_at_once()
    {
        _node.Turn(NodeRig.Self);
        var (request, reply) = _node.Ask();
        _node.Turn(NodeRig.Self, refused: [new(request.Id, IsOverloaded: true)]);
        reply.Answers.ShouldBe([nameof(QuorumError.Overloaded)]);
    }

    [Fact]
    public void A_followers_query_is_answered_from_its_own_state_at_the_leaders_read_index()
    {
        _node.Turn(NodeRig.Other);
        var (request, reply) = _node.Ask(RequestKind.Query);
        var forward = _node.Transport.Sent.ShouldHaveSingleItem().ShouldBeOfType<Forward>();
        forward.Payload.IsEmpty.ShouldBeTrue("the leader need not know what is asked");
        _node.Tell(new FromPeer(NodeRig.Other, new ForwardReply(request.Id, null, null, null, ReadIndex: 7), null));
        _node.Storage.Messages.OfType<ViewWanted>().ShouldHaveSingleItem().Index.ShouldBe(7);
        _node.Tell(new ViewReady([request.Id], new KeyValueStore().View));
        reply.Answers.ShouldBe(["shown"]);
    }

    [Fact]
    public void A_leader_tells_a_follower_where_to_read_and_ships_no_data()
    {
        _node.Turn(NodeRig.Self);
        _node.Tell(new FromPeer(NodeRig.Other, new Forward(3, RequestKind.Query, default, TimeSpan.FromSeconds(7)), null));
        var id = _node.TakeAsked().ShouldHaveSingleItem();
        _node.Turn(NodeRig.Self, reads: [new(9, [id])]);
        _node.Transport.Sent.ShouldHaveSingleItem().ShouldBe(new ForwardReply(3, null, null, null, ReadIndex: 9));
        _node.Storage.Messages.OfType<ViewWanted>().ShouldBeEmpty();
        _node.Pending.Count.ShouldBe(0);
    }

    [Fact]
    public void A_command_whose_leader_was_lost_ends_as_unknown_exactly_once()
    {
        _node.Turn(NodeRig.Other);
        var (request, reply) = _node.Ask();
        _node.Tell(new PeerLost(NodeRig.Other));
        _node.Tell(new PeerLost(NodeRig.Other));
        _node.Tell(new FromPeer(NodeRig.Other, new ForwardReply(request.Id, new(0, null, 1, default), null, null), null));
        _node.Pass(TimeSpan.FromSeconds(8));
        _node.Tell(new ClientGone(request));
        reply.Answers.ShouldBe([nameof(QuorumError.OutcomeUnknown)]);
    }

    [Fact]
    public void A_command_whose_entry_was_replaced_is_proposed_again()
    {
        _node.Turn(NodeRig.Self);
        var (request, reply) = _node.Ask();
        _node.Turn(NodeRig.Self, accepted: [new(request.Id, 5, 1)]);
        _node.TakeProposed();
        _node.Tell(new CommandsApplied([new Entry(5, 2, EntryKind.Command, default)], [new(0, null, 1, default)]));
        _node.TakeProposed().ShouldBe([request.Id]);
        reply.Answers.ShouldBeEmpty();
    }

    [Fact]
    public void A_command_is_answered_by_the_entry_of_its_own_term()
    {
        _node.Turn(NodeRig.Self);
        var (request, reply) = _node.Ask();
        _node.Turn(NodeRig.Self, accepted: [new(request.Id, 5, 1)]);
        _node.Tell(new CommandsApplied([new Entry(5, 1, EntryKind.Command, default)], [new(0, null, 1, default)]));
        _node.Tell(new StopNode(() => { }, Farewell.Stops));
        reply.Answers.ShouldBe(["answered"]);
        _node.Pending.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(NodeRig.MostPending, 1)]
    [InlineData(1, NodeRig.MostPendingBytes)]
    public void Past_the_bound_requests_that_are_passed_on_are_refused_as_too_many(long requests, long bytesEach)
    {
        _node.Turn(NodeRig.Self);
        for (var i = 1; i <= requests + 1; i++)
            _node.Tell(new FromPeer(NodeRig.Other, new Forward(i, RequestKind.Command, new byte[bytesEach], TimeSpan.FromSeconds(7)), null));
        var refused = _node.Transport.Sent.ShouldHaveSingleItem().ShouldBeOfType<ForwardReply>();
        refused.RequestId.ShouldBe(requests + 1);
        refused.Error.ShouldBe(QuorumError.Overloaded);
    }

    [Theory]
    [InlineData(nameof(Farewell.Stops), nameof(QuorumError.Stopped))]
    [InlineData(nameof(Farewell.GoesAlone), nameof(QuorumError.NoLeader))]
    [InlineData(nameof(Farewell.Forgets), nameof(QuorumError.NoLeader))]
    public void A_node_whose_life_ends_says_which_requests_were_certainly_not_done(string farewell, string error)
    {
        var (_, waiting) = _node.Ask();
        _node.Turn(NodeRig.Other);
        var (_, handedOn) = _node.Ask();
        _node.Transport.IsUp = false;
        _node.Turn(default);
        var (_, leaderless) = _node.Ask();
        var isStopped = false;
        _node.Tell(new StopNode(() => isStopped = true, Farewells[farewell]));
        isStopped.ShouldBeTrue();
        waiting.Answers.ShouldBe([nameof(QuorumError.OutcomeUnknown)]);
        handedOn.Answers.ShouldBe([nameof(QuorumError.OutcomeUnknown)]);
        leaderless.Answers.ShouldBe([error]);
        _node.Ask().Reply.Answers.ShouldBe([error]);
    }

    private static Dictionary<string, Farewell> Farewells { get; } = new()
    {
        [nameof(Farewell.Stops)] = Farewell.Stops, [nameof(Farewell.GoesAlone)] = Farewell.GoesAlone, [nameof(Farewell.Forgets)] = Farewell.Forgets,
    };
}
