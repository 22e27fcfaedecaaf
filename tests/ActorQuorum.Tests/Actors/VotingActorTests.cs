using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Hosting;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.Tests.Transport;
using ActorQuorum.Transport;
using VotingRoleChange = ActorQuorum.Core.Voting.VotingRoleChange;
using Role = ActorQuorum.Core.Voting.VotingRole;

namespace ActorQuorum.Tests.Actors;

/// <summary>What the shared actors do for a constant election.</summary>
public sealed class VotingActorTests
{
    private static readonly VotingEpoch Epoch = new(new FormationId(5, 0xF), 2);

    [Fact]
    [Trait("Row", "QC-14")]
    public void A_master_has_stopped_acting_for_all_to_see_before_a_word_of_it_leaves()
    {
        using var rig = new VotingRig();
        rig.Tell(Turn(new(Role.Master, VotingRig.Self, Epoch, []), change: new(Role.None, Role.Master, VotingRig.Self, Epoch, "")));
        rig.View.Status.Role.ShouldBe(ActorQuorum.Voting.VotingRole.Master);
        var goodbye = new Goodbye(VotingRig.Self.Id, VotingRig.Other.Id, Epoch, true, 2);
        rig.Tell(Turn(
            new(Role.None, null, Epoch, []), change: new(Role.Master, Role.None, null, Epoch, "it leaves"), message: goodbye,
            stop: new(VotingStopReason.Dispatched, "")));
        rig.Done.ShouldBe(["send Goodbye to 2 as None", "stop Dispatched"]);
    }

    [Fact]
    public void Members_are_connected_before_they_are_told_anything_and_let_go_after_it()
    {
        using var rig = new VotingRig();
        var refusal = new ActorQuorum.Core.Voting.Refusal(VotingRig.Self.Id, VotingRig.Other.Id, RefusalReason.NameTaken, VotingRig.Self, Epoch);
        rig.Tell(new VotingTurn([], [VotingRig.Other], [refusal], [VotingRig.Other.Id], [], null, new(Role.None, null, default, [])));
        rig.Done.ShouldBe(["connect B b:2", "send Refusal to 2 as None", "let go 2"]);
    }

    [Fact]
    public void What_is_met_heard_lost_and_asked_reaches_the_core()
    {
        using var rig = new VotingRig();
        var credit = new Credit();
        var heard = new GoodbyeHeard(VotingRig.Other.Id, VotingRig.Self.Id);
        rig.Tell(new NodeMet(VotingRig.Other, IsByDatagram: false));
        rig.Tell(new FromPeer(VotingRig.Other.Id, new Ballot(heard), credit));
        rig.Tell(new PeerLost(VotingRig.Other.Id));
        rig.Tell(DispatchNode.Instance);
        rig.Election.Messages.Select(message => (object?)message.Voting ?? message.Input).ShouldBe(
            [new Met(VotingRig.Other), new Heard(heard), new Unreachable(VotingRig.Other.Id), Dispatch.Instance]);
        rig.Election.Messages[1].Credit.ShouldBe(credit);
        credit.Released.ShouldBe(0);
    }

    [Fact]
    public void What_only_Raft_says_is_dropped_and_its_credit_given_back()
    {
        using var rig = new VotingRig();
        var credit = new Credit();
        rig.Tell(new FromPeer(VotingRig.Other.Id, new Consensus(new TimeoutNow(0, VotingRig.Other.Id, VotingRig.Self.Id, 1, 1)), credit));
        rig.Tell(new FromPeer(VotingRig.Other.Id, new Forward(1, RequestKind.Query, default, TimeSpan.Zero), credit));
        rig.Election.Messages.ShouldBeEmpty();
        credit.Released.ShouldBe(2);
    }

    [Fact]
    public void A_node_of_Raft_is_deaf_to_ballots()
    {
        using var rig = new NodeRig();
        var credit = new Credit();
        rig.Tell(new FromPeer(NodeRig.Other, new Ballot(new GoodbyeHeard(NodeRig.Other, NodeRig.Self)), credit));
        rig.Election.Messages.ShouldBeEmpty();
        credit.Released.ShouldBe(1);
    }

    [Fact]
    [Trait("Row", "QC-1")]
    public void It_announces_itself_with_the_ticks_fast_until_it_has_met_another_and_again_after_a_loss()
    {
        using var rig = new VotingRig();
        for (var i = 0; i < 10; i++) rig.Pass(TimeSpan.FromMilliseconds(100));
        rig.Done.Count(done => done == "announce").ShouldBe(4);
        rig.Tell(Turn(new(Role.None, null, default, [new MemberView(VotingRig.Other, MemberState.Live, false)])));
        for (var i = 0; i < 40; i++) rig.Pass(TimeSpan.FromMilliseconds(100));
        rig.Done.Count(done => done == "announce").ShouldBe(5);
        rig.Tell(Turn(new(Role.None, null, default, []), happened: new MemberLost(VotingRig.Other, TimeSpan.Zero, 1, 1)));
        rig.Pass(TimeSpan.FromMilliseconds(100));
        rig.Done.Count(done => done == "announce").ShouldBe(6);
    }

    [Fact]
    public void The_view_tells_who_is_connected_lost_and_dispatched_and_who_is_back()
    {
        using var rig = new VotingRig();
        rig.Tell(Turn(new(Role.None, null, default, [new(VotingRig.Other, MemberState.Live, true)]), happened: new MemberAdded(VotingRig.Other, 2)));
        rig.View.Status.Connected.ShouldBe(["B"]);
        rig.Tell(Turn(new(Role.None, null, default, [new(VotingRig.Other, MemberState.Lost, true)])));
        (rig.View.Status.Connected.Count, rig.View.Status.Lost).ShouldBe((0, rig.View.Status.Lost));
        rig.View.Status.Lost.ShouldBe(["B"]);
        rig.Tell(Turn(new(Role.None, null, default, []), happened: new MemberDispatched(VotingRig.Other)));
        rig.View.Status.Lost.ShouldBeEmpty();
        rig.View.Status.Dispatched.ShouldBe(["B"]);
        var again = VotingRig.Other with { Id = new MemberId(9), Port = 99, BirthMs = 9 };
        rig.Tell(Turn(new(Role.None, null, default, [new(again, MemberState.Live, true)]), happened: new MemberReturned(again, 2)));
        rig.View.Status.Dispatched.ShouldBeEmpty();
        rig.View.Status.Connected.ShouldBe(["B"]);
    }

    [Fact]
    public async Task Whoever_falls_too_far_behind_with_role_changes_is_told_so()
    {
        var view = new VotingView(VotingRig.Self);
        var listener = view.Listen();
        for (var i = 0; i < 5000; i++) view.Announce(new(Role.None, Role.Slave, VotingRig.Other, Epoch, ""));
        await Should.ThrowAsync<InvalidOperationException>(async () =>
        {
            await foreach (var change in listener.Reader.ReadAllAsync()) change.ShouldNotBeNull();
        });
    }

    [Fact]
    [Trait("Row", "QC-14")]
    public void An_epoch_is_told_to_be_durable_only_once_the_store_has_it_and_those_that_gather_meanwhile_are_one_write()
    {
        var lane = new HeldLane();
        var election = new Recorded<ElectionMessage>();
        using var host = new MailboxHost(new ManualTime());
        StorageActor actor = null!;
        var context = new NodeContext(host, () => false)
        {
            Election = election, Node = new Recorded<NodeMessage>(), Clock = new Recorded<ClockMessage>(),
            Storage = new Direct<StorageMessage>(message => actor.Receive(message)),
        };
        var epochs = new MemoryEpoch();
        actor = new(new MemoryLog(), new KeyValueStore(), lane, context, new(), epochs);
        Turn(1);
        Turn(2);
        Turn(3);
        election.Messages.ShouldBeEmpty();
        lane.Finish();
        epochs.Kept.Counter.ShouldBe(1);
        Durable().ShouldBe([1]);
        actor.EndTurn();
        lane.Finish();
        epochs.Kept.Counter.ShouldBe(3);
        Durable().ShouldBe([1, 3]);
        actor.EndTurn();
        lane.HasJob.ShouldBeFalse();

        void Turn(long sequence)
        {
            actor.Receive(new KeepEpoch(new(new VotingEpoch(new FormationId(1, 1), sequence), sequence)));
            actor.EndTurn();
        }

        long[] Durable() => [.. election.Messages.Select(message => ((EpochDurable)message.Voting!).Sequence)];
    }

    private static VotingTurn Turn(
        VotingSight sight, VotingRoleChange? change = null, VotingMessage? message = null, VotingEvent? happened = null, VotingStop? stop = null) =>
        new(change is null ? [] : [change], [], message is null ? [] : [message], [], happened is null ? [] : [happened], stop, sight);

    private sealed class Credit : IInboundCredit
    {
        public int Released { get; private set; }

        public void Release() => Released++;
    }

    private sealed class Direct<TMessage>(Action<TMessage> tell) : IMailbox<TMessage>
    {
        public void Tell(TMessage message) => tell(message);
    }

    /// <summary>A lane whose job ends when the test says so.</summary>
    private sealed class HeldLane : IDiskLane
    {
        private Action? _job;

        public bool HasJob => _job is not null;

        public void Run(Action write, Action flush, Action done)
        {
            _job.ShouldBeNull("at most one job is given at a time");
            _job = () =>
            {
                write();
                flush();
                done();
            };
        }

        public void Finish()
        {
            var job = _job.ShouldNotBeNull();
            _job = null;
            job();
        }
    }
}
