using ActorQuorum.Core.Raft;
using Wired = ActorQuorum.Transport.Wire;

namespace ActorQuorum.Transport;

/// <content>Each message as its fields, in the order of their numbers as the generated classes write them.</content>
internal static partial class PeerCodec
{
    private static int FieldOf(PeerMessage message) => message switch
    {
        Consensus { Message: RequestVote } => Wired.Frame.RequestVoteFieldNumber,
        Consensus { Message: RequestVoteReply } => Wired.Frame.RequestVoteReplyFieldNumber,
        Consensus { Message: AppendEntries } => Wired.Frame.AppendEntriesFieldNumber,
        Consensus { Message: AppendEntriesReply } => Wired.Frame.AppendEntriesReplyFieldNumber,
        Consensus { Message: Heartbeat } => Wired.Frame.HeartbeatFieldNumber,
        Consensus { Message: HeartbeatReply } => Wired.Frame.HeartbeatReplyFieldNumber,
        Consensus { Message: TimeoutNow } => Wired.Frame.TimeoutNowFieldNumber,
        Consensus { Message: Introduction } => Wired.Frame.IntroductionFieldNumber,
        Forward => Wired.Frame.ForwardFieldNumber,
        ForwardReply => Wired.Frame.ForwardReplyFieldNumber,
        SnapshotMessage snapshot => FieldOf(snapshot),
        Ballot => Wired.Frame.BallotFieldNumber,
        ProcessorsWanted => Wired.Frame.ForwardFieldNumber,
        ProcessorsTold => Wired.Frame.ProcessorsToldFieldNumber,
        _ => throw Unsendable(message),
    };

    private static void Describe<TSink>(PeerMessage message, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        switch (message)
        {
            case Consensus consensus:
                Describe(consensus.Message, ref sink);
                break;
            case Forward forward:
                Describe(forward, ref sink);
                break;
            case ForwardReply reply:
                Describe(reply, ref sink);
                break;
            case SnapshotMessage snapshot:
                Describe(snapshot, ref sink);
                break;
            case Ballot ballot:
                Describe(ballot, ref sink);
                break;
            case ProcessorsWanted wanted:
                Describe(wanted, ref sink);
                break;
            case ProcessorsTold told:
                Describe(told, ref sink);
                break;
            default:
                throw Unsendable(message);
        }
    }

    private static void Describe<TSink>(RaftMessage message, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Number(1, (uint)message.Group);
        sink.Number(2, (ulong)message.Term);
        switch (message)
        {
            case AppendEntries append:
                Describe(append, ref sink);
                break;
            case AppendEntriesReply reply:
                sink.Number(3, reply.IsSuccess ? 1UL : 0);
                sink.Number(4, (ulong)reply.MatchIndex);
                sink.Number(5, (ulong)reply.HintIndex);
                sink.Number(6, (ulong)reply.HintTerm);
                sink.Number(7, reply.IsProven ? 1UL : 0);
                sink.Number(8, (ulong)reply.Session);
                break;
            case Heartbeat heartbeat:
                sink.Number(3, (ulong)heartbeat.CommitIndex);
                sink.Number(4, (ulong)heartbeat.Round);
                sink.Number(5, (ulong)heartbeat.Session);
                sink.Fixed(6, heartbeat.Founding);
                break;
            case HeartbeatReply reply:
                sink.Number(3, (ulong)reply.Round);
                sink.Number(4, reply.IsProven ? 1UL : 0);
                sink.Number(5, (ulong)reply.Session);
                break;
            case RequestVote request:
                sink.Number(3, (ulong)request.LastLogIndex);
                sink.Number(4, (ulong)request.LastLogTerm);
                sink.Number(5, request.IsPreVote ? 1UL : 0);
                sink.Number(6, request.IsTransfer ? 1UL : 0);
                break;
            case RequestVoteReply reply:
                sink.Number(3, (ulong)reply.RequestTerm);
                sink.Number(4, reply.IsGranted ? 1UL : 0);
                sink.Number(5, reply.IsPreVote ? 1UL : 0);
                break;
            case TimeoutNow:
                break;
            case Introduction introduction:
                Describe(introduction, ref sink);
                break;
            default:
                throw Unsendable(message);
        }
    }

    private static void Describe<TSink>(AppendEntries append, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Number(3, (ulong)append.PreviousIndex);
        sink.Number(4, (ulong)append.PreviousTerm);
        sink.Number(5, (ulong)append.CommitIndex);
        foreach (var entry in append.Entries)
        {
            var size = default(MeasuringSink);
            Describe(entry, ref size);
            sink.Nested(6, (int)size.SizeBytes);
            Describe(entry, ref sink);
        }

        sink.Number(7, (ulong)append.Session);
        sink.Fixed(8, append.Founding);
    }

    private static void Describe<TSink>(Entry entry, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Number(1, (ulong)entry.Index);
        sink.Number(2, (ulong)entry.Term);
        sink.Number(3, (uint)entry.Kind);
        sink.Bytes(4, entry.Payload.Span);
    }

    private static void Describe<TSink>(Introduction introduction, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Number(3, (uint)introduction.Phase);
        foreach (var member in introduction.View)
        {
            var size = default(MeasuringSink);
            Describe(member, ref size);
            sink.Nested(4, (int)size.SizeBytes);
            Describe(member, ref sink);
        }

        if (introduction.Contact is { } contact)
        {
            var size = default(MeasuringSink);
            Describe(contact, ref size);
            sink.Nested(5, (int)size.SizeBytes);
            Describe(contact, ref sink);
        }
    }

    private static void Describe<TSink>(MemberContact contact, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Text(1, NullIfEmpty(contact.Name));
        sink.Text(2, NullIfEmpty(contact.Peer));
        sink.Text(3, NullIfEmpty(contact.Client));
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static void Describe<TSink>(Member member, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Fixed(1, member.Id.Value);
        sink.Fixed(2, member.Incarnation);
    }

    private static void Describe<TSink>(Forward forward, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Number(1, (ulong)forward.RequestId);
        sink.Number(2, (uint)forward.Kind);
        sink.Bytes(3, forward.Payload.Span);
        sink.Number(4, (ulong)Math.Clamp(forward.Patience.Ticks, 0, PatienceLimit.Ticks));
    }

    private static void Describe<TSink>(ForwardReply reply, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        if (!reply.IsWhole)
        {
            throw new ArgumentException("A ForwardReply bears a result, a read index or an error: one of them.", nameof(reply));
        }

        sink.Number(1, (ulong)reply.RequestId);
        if (reply.Result is { } result)
        {
            var size = default(MeasuringSink);
            Describe(result, ref size);
            sink.Nested(2, checked((int)size.SizeBytes));
            Describe(result, ref sink);
        }
        else if (reply.Error is { } error)
        {
            sink.Number(3, (uint)ToWire(error));
        }

        sink.Text(4, reply.Detail);
        sink.Number(5, (ulong)reply.ReadIndex);
    }

    private static void Describe<TSink>(CommandResult result, ref TSink sink)
        where TSink : struct, IFieldSink, allows ref struct
    {
        sink.Number(1, (ulong)(long)result.Code);
        sink.Text(2, result.Error);
        sink.Number(3, (ulong)result.Revision);
        sink.Bytes(4, result.Payload.Span);
    }

    /// <summary>The numbers on the wire are fixed here, whatever order the enumeration takes.</summary>
    private static Wired.ForwardError ToWire(QuorumError error) => error switch
    {
        QuorumError.NoLeader => Wired.ForwardError.NoLeader,
        QuorumError.TimedOut => Wired.ForwardError.TimedOut,
        QuorumError.OutcomeUnknown => Wired.ForwardError.OutcomeUnknown,
        QuorumError.Overloaded => Wired.ForwardError.Overloaded,
        QuorumError.TooLarge => Wired.ForwardError.TooLarge,
        QuorumError.DiskNearlyFull => Wired.ForwardError.DiskNearlyFull,
        QuorumError.Stopped => Wired.ForwardError.Stopped,
        QuorumError.LeaderUnreachable => Wired.ForwardError.LeaderUnreachable,
        QuorumError.NotAMember => Wired.ForwardError.NotAMember,
        QuorumError.ChangeInProgress => Wired.ForwardError.ChangeInProgress,
        QuorumError.AlreadyAMember => Wired.ForwardError.AlreadyAMember,
        QuorumError.NoSuchMember => Wired.ForwardError.NoSuchMember,
        QuorumError.NotALearner => Wired.ForwardError.NotALearner,
        QuorumError.LearnerBehind => Wired.ForwardError.LearnerBehind,
        QuorumError.TooFewVoters => Wired.ForwardError.TooFewVoters,
        QuorumError.TooManyMembers => Wired.ForwardError.TooManyMembers,
        QuorumError.UnknownProcessor => Wired.ForwardError.UnknownProcessor,
        QuorumError.ProcessorFailed => Wired.ForwardError.ProcessorFailed,
        QuorumError.Refused => Wired.ForwardError.Refused,
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, "The wire has no number for this error."),
    };

    private static ArgumentException Unsendable(object message) =>
        new($"The wire has no frame for a {message.GetType().Name}.", nameof(message));
}
