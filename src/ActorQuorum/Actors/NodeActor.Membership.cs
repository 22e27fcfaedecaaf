using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <content>Changes of the members: asked for like commands, and followed by the connections to them.</content>
internal sealed partial class NodeActor
{
    /// <summary>How long the connection to a member that has gone is kept, so that it hears the last that was sent to it.</summary>
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    private readonly SortedDictionary<MemberId, TimeSpan> _parting = [];
    private ImmutableArray<MemberId> _connected = [];

    private void AskForChange(Request request)
    {
        if (!MembershipChange.TryDecode(request.Payload.Span, out var change))
        {
            Fail(request, QuorumError.Refused, $"a request of {request.Payload.Length} bytes that is no change of the members; do both nodes run the same release?");
            return;
        }

        request.Stage = RequestStage.InCore;
        context.Election.Tell(new(new ChangeMembers(request.Id, change!)));
    }

    private void OnMembershipTurn(MembershipTurn turn)
    {
        foreach (var done in turn.Done)
            if (_pending.Find(done.RequestId) is { } request && _pending.Remove(request))
                request.ReplyTo.Answer(new(0, null, view.Revision, done.Membership.Encode()));
        foreach (var refused in turn.Refused)
            if (_pending.Find(refused.RequestId) is { } request)
                OnChangeRefused(request, refused);
    }

    /// <summary>Where nothing was done, the request goes on to the leader, or waits for one; all else is its answer.</summary>
    private void OnChangeRefused(Request request, ChangeRefused refused)
    {
        switch (refused.Refusal)
        {
            case MembershipRefusal.NotLeader: PutBack(request); break;
            case MembershipRefusal.NotReady: _pending.Wait(request); break;
            default: Fail(request, ErrorOf(refused.Refusal), refused.Text); break;
        }
    }

    private static QuorumError ErrorOf(MembershipRefusal refusal) => refusal switch
    {
        MembershipRefusal.ChangeInProgress => QuorumError.ChangeInProgress,
        MembershipRefusal.AlreadyMember => QuorumError.AlreadyAMember,
        MembershipRefusal.NoSuchMember => QuorumError.NoSuchMember,
        MembershipRefusal.LearnerNotReady => QuorumError.LearnerBehind,
        MembershipRefusal.NotLearner => QuorumError.NotALearner,
        MembershipRefusal.LastVoter or MembershipRefusal.NoMajority => QuorumError.TooFewVoters,
        MembershipRefusal.TooMany => QuorumError.TooManyMembers,
        MembershipRefusal.Malformed => QuorumError.Refused,
        _ => QuorumError.OutcomeUnknown,
    };

    /// <summary>
    /// Connects to whoever is a member by the latest configuration, committed or not: a newcomer must hear of it. Lets go only of those whom a
    /// committed one has not, and whom the core has told so.
    /// </summary>
    private void Follow(ConfigurationInUse configuration)
    {
        view.Follow(configuration);
        if (configuration.Latest.Members.IsEmpty) return;
        var wanted = new SortedSet<MemberId>();
        foreach (var member in configuration.Latest.Members.Concat(configuration.Departing))
        {
            if (member.Id == self) continue;
            wanted.Add(member.Id);
            var known = view.MemberOf(member);
            if (known.PeerAddress.Length > 0) transport.Connect(member.Id, new PeerAddress(known.Name, known.PeerAddress));
            if (tally.Of(member.Id) is null) tally.AddPeer(member.Id, known.Name);
            _parting.Remove(member.Id);
        }

        foreach (var gone in Connected())
            if (!wanted.Contains(gone) && configuration.IsCommitted)
                _parting.TryAdd(gone, context.Now + s_farewell);
            else
                wanted.Add(gone);
        _connected = [.. wanted];
    }

    /// <summary>At first, whoever stands in the files.</summary>
    private IEnumerable<MemberId> Connected() =>
        _connected.IsEmpty ? view.FirstMembers.Select(member => member.Id).Where(id => id != self) : _connected;

    private void PartInTime()
    {
        if (_parting.Count == 0) return;
        foreach (var (gone, due) in _parting.ToList())
        {
            if (context.Now < due || gone == view.Core.Leader) continue;
            _parting.Remove(gone);
            transport.LetGo(gone);
        }
    }
}
