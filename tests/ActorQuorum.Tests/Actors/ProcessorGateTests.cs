using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Actors;

/// <summary>What becomes in the NodeActor of commands for processors, while not every member is known to have them.</summary>
[Trait("Row", "CO-2")]
public sealed class ProcessorGateTests : IDisposable
{
    private readonly NodeRig _node = new("known");

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_command_is_logged_once_the_other_member_has_said_that_it_has_the_processor()
    {
        _node.Turn(NodeRig.Self);
        var (request, reply) = _node.Enqueue("known");
        _node.TakeProposed().ShouldBeEmpty();
        Answer("known");
        _node.TakeProposed().ShouldBe([request.Id]);
        reply.Answers.ShouldBeEmpty();
    }

    [Fact]
    public void A_command_that_waited_for_a_leader_is_no_exception()
    {
        var (_, reply) = _node.Enqueue("known");
        _node.Turn(NodeRig.Self);
        _node.TakeProposed().ShouldBeEmpty();
        Answer("another");
        _node.TakeProposed().ShouldBeEmpty();
        reply.Answers.ShouldBe([nameof(QuorumError.UnknownProcessor)]);
        reply.Message.ShouldBe("n2 runs a build without processor 'known': roll the build out there first");
    }

    [Fact]
    public void A_follower_passes_every_name_on_for_the_leaders_word_is_the_answer_everywhere()
    {
        _node.Turn(NodeRig.Other);
        var (request, reply) = _node.Enqueue("of-another-build");
        _node.Transport.Sent.ShouldHaveSingleItem().ShouldBeOfType<Forward>().RequestId.ShouldBe(request.Id);
        _node.Tell(new FromPeer(NodeRig.Other, new ForwardReply(request.Id, null, QuorumError.UnknownProcessor, "the leader's words"), null));
        (reply.Answers.ShouldHaveSingleItem(), reply.Message).ShouldBe((nameof(QuorumError.UnknownProcessor), "the leader's words"));
    }

    [Fact]
    public void The_leader_answers_a_follower_in_the_words_that_its_own_client_gets()
    {
        _node.Turn(NodeRig.Self);
        var (_, reply) = _node.Enqueue("of-another-build");
        _node.Transport.Sent.Clear();
        _node.Tell(new FromPeer(NodeRig.Other, new Forward(3, RequestKind.Command, ProcessFields.Encode("of-another-build", default), TimeSpan.FromSeconds(7)), null));
        _node.Transport.Sent.ShouldHaveSingleItem().ShouldBe(new ForwardReply(3, null, QuorumError.UnknownProcessor, reply.Message));
    }

    [Fact]
    public void Commands_that_are_put_aside_hold_up_no_others()
    {
        _node.Turn(NodeRig.Self);
        _node.Enqueue("known");
        var (put, _) = _node.Ask();
        _node.TakeProposed().ShouldBe([put.Id]);
    }

    [Fact]
    public void A_command_put_aside_beyond_its_patience_says_whose_word_it_waited_for()
    {
        _node.Turn(NodeRig.Self);
        var (_, reply) = _node.Enqueue("known", NodeRig.Silence / 2);
        _node.Pass(NodeRig.Silence / 2);
        reply.Answers.ShouldBe([nameof(QuorumError.UnknownProcessor)]);
        reply.Message!.ShouldStartWith("whether n2 could apply processor 'known' is not known");
        _node.Pending.Count.ShouldBe(0);
    }

    [Fact]
    public void A_command_goes_on_at_the_tick_after_the_silent_member_has_ceased_to_count()
    {
        _node.Turn(NodeRig.Self);
        var (request, _) = _node.Enqueue("known");
        _node.Pass(NodeRig.Silence);
        _node.TakeProposed().ShouldBe([request.Id]);
    }

    [Fact]
    public void A_member_that_answers_heartbeats_is_asked_and_what_it_said_ends_with_its_connection()
    {
        _node.Turn(NodeRig.Self);
        Answer("known");
        _node.Tell(new PeerLost(NodeRig.Other));
        _node.Enqueue("known");
        _node.TakeProposed().ShouldBeEmpty();

        _node.Pass(NodeRig.Silence);
        _node.TakeProposed().ShouldHaveSingleItem();
        _node.Transport.Sent.Clear();
        _node.Tell(new FromPeer(NodeRig.Other, new Consensus(new HeartbeatReply(0, NodeRig.Other, NodeRig.Self, 1, 1, 1, true)), null));
        _node.Transport.Sent.ShouldHaveSingleItem().ShouldBeOfType<ProcessorsWanted>();
    }

    [Fact]
    public void Whoever_does_not_lead_asks_nobody()
    {
        _node.Turn(NodeRig.Other);
        _node.Tell(new FromPeer(NodeRig.Other, new Consensus(new HeartbeatReply(0, NodeRig.Other, NodeRig.Self, 1, 1, 1, true)), null));
        _node.Tell(new PeerLost(NodeRig.Other));
        _node.Transport.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void A_member_that_is_asked_names_its_processors()
    {
        _node.Tell(new FromPeer(NodeRig.Other, new ProcessorsWanted(9), null));
        var told = _node.Transport.Sent.ShouldHaveSingleItem().ShouldBeOfType<ProcessorsTold>();
        (told.Number, told.Names.ShouldHaveSingleItem()).ShouldBe((9, "known"));
    }

    [Fact]
    public void What_an_earlier_release_makes_of_the_question_is_answered_and_the_answer_does_no_harm()
    {
        _node.Turn(NodeRig.Other);
        _node.Tell(new FromPeer(NodeRig.Other, new Forward(0, RequestKind.Query, default, TimeSpan.Zero), null));
        var refusal = _node.Transport.Sent.ShouldHaveSingleItem().ShouldBeOfType<ForwardReply>();
        refusal.Error.ShouldBe(QuorumError.NoLeader);

        _node.Turn(NodeRig.Self);
        _node.Tell(new FromPeer(NodeRig.Other, refusal, null));
        _node.Pending.Count.ShouldBe(0);
    }

    private void Answer(params string[] names)
    {
        var question = _node.Transport.Sent.OfType<ProcessorsWanted>().Last();
        _node.Tell(new FromPeer(NodeRig.Other, new ProcessorsTold(question.Number, [.. names]), null));
    }
}
