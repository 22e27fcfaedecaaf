using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;
using Google.Protobuf;
using Wired = ActorQuorum.Transport.Wire;

namespace ActorQuorum.Tests.Transport;

/// <summary>The same messages by way of the classes that protoc generates: the yardstick of the codec written by hand.</summary>
internal static class Generated
{
    public static Wired.Frame Frame(PeerMessage message) => message switch
    {
        Consensus { Message: var raft } => Frame(raft),
        Forward m => new Wired.Frame
        {
            Forward = new Wired.Forward
            {
                RequestId = (ulong)m.RequestId, Kind = (Wired.RequestKind)m.Kind, Payload = Bytes(m.Payload), PatienceTicks = (ulong)m.Patience.Ticks,
            },
        },
        ForwardReply m => new Wired.Frame { ForwardReply = Reply(m) },
        SnapshotOffer m => new Wired.Frame
        {
            SnapshotOffer = new Wired.SnapshotOffer
            {
                Transfer = m.Transfer, Term = (ulong)m.Term, Index = (ulong)m.Index, EntryTerm = (ulong)m.EntryTerm, SizeBytes = (ulong)m.SizeBytes,
            },
        },
        SnapshotChunk m => new Wired.Frame
        {
            SnapshotChunk = new Wired.SnapshotChunk { Transfer = m.Transfer, Offset = (ulong)m.Offset, Crc = m.Crc, Bytes = Bytes(m.Bytes) },
        },
        SnapshotProgress m => new Wired.Frame { SnapshotProgress = Progress(m) },
        ProcessorsWanted m => new Wired.Frame { Forward = new Wired.Forward { Kind = Wired.RequestKind.RequestQuery, ProcessorsWanted = (ulong)m.Number } },
        ProcessorsTold m => new Wired.Frame { ProcessorsTold = new Wired.ProcessorsTold { Number = (ulong)m.Number, Names = { m.Names } } },
        _ => throw new ArgumentException(message.ToString()),
    };

    private static Wired.SnapshotProgress Progress(SnapshotProgress progress)
    {
        var wired = new Wired.SnapshotProgress
        {
            Transfer = progress.Transfer, Offset = (ulong)progress.Offset, Receipt = (Wired.SnapshotReceipt)progress.Receipt,
        };
        if (progress.Detail is { } detail)
        {
            wired.Detail = detail;
        }

        return wired;
    }

    private static Wired.Frame Frame(RaftMessage message)
    {
        var (group, term) = ((uint)message.Group, (ulong)message.Term);
        return message switch
        {
            RequestVote m => new Wired.Frame
            {
                RequestVote = new Wired.RequestVote
                {
                    Group = group, Term = term, LastLogIndex = (ulong)m.LastLogIndex, LastLogTerm = (ulong)m.LastLogTerm,
                    IsPreVote = m.IsPreVote, IsTransfer = m.IsTransfer,
                },
            },
            RequestVoteReply m => new Wired.Frame
            {
                RequestVoteReply = new Wired.RequestVoteReply
                {
                    Group = group, Term = term, RequestTerm = (ulong)m.RequestTerm, IsGranted = m.IsGranted, IsPreVote = m.IsPreVote,
                },
            },
            AppendEntries m => new Wired.Frame
            {
                AppendEntries = new Wired.AppendEntries
                {
                    Group = group, Term = term, PreviousIndex = (ulong)m.PreviousIndex, PreviousTerm = (ulong)m.PreviousTerm,
                    CommitIndex = (ulong)m.CommitIndex, Entries = { m.Entries.Select(Entry) },
                    Session = (ulong)m.Session, Founding = m.Founding,
                },
            },
            AppendEntriesReply m => new Wired.Frame
            {
                AppendEntriesReply = new Wired.AppendEntriesReply
                {
                    Group = group, Term = term, IsSuccess = m.IsSuccess, MatchIndex = (ulong)m.MatchIndex,
                    HintIndex = (ulong)m.HintIndex, HintTerm = (ulong)m.HintTerm, IsProven = m.IsProven, Session = (ulong)m.Session,
                },
            },
            Heartbeat m => new Wired.Frame
            {
                Heartbeat = new Wired.Heartbeat
                {
                    Group = group, Term = term, CommitIndex = (ulong)m.CommitIndex, Round = (ulong)m.Round, Session = (ulong)m.Session, Founding = m.Founding,
                },
            },
            HeartbeatReply m => new Wired.Frame
            {
                HeartbeatReply = new Wired.HeartbeatReply
                {
                    Group = group, Term = term, Round = (ulong)m.Round, IsProven = m.IsProven, Session = (ulong)m.Session,
                },
            },
            TimeoutNow => new Wired.Frame { TimeoutNow = new Wired.TimeoutNow { Group = group, Term = term } },
            Introduction m => new Wired.Frame
            {
                Introduction = new Wired.Introduction
                {
                    Group = group, Term = term, Phase = (Wired.FoundingPhase)m.Phase,
                    View = { m.View.Select(member => new Wired.Member { Id = member.Id.Value, Incarnation = member.Incarnation }) },
                    Contact = m.Contact is not { } contact ? null : new Wired.MemberContact { Name = contact.Name, Peer = contact.Peer, Client = contact.Client },
                },
            },
            _ => throw new ArgumentException(message.ToString()),
        };
    }

    private static Wired.Entry Entry(Entry entry) => new()
    {
        Index = (ulong)entry.Index, Term = (ulong)entry.Term, Kind = (Wired.EntryKind)entry.Kind, Payload = Bytes(entry.Payload),
    };

    private static Wired.ForwardReply Reply(ForwardReply reply)
    {
        // The error's numbers are written out: they may not follow the enumeration when that changes.
        var wired = new Wired.ForwardReply
        {
            RequestId = (ulong)reply.RequestId,
            ReadIndex = (ulong)reply.ReadIndex,
            Error = (Wired.ForwardError)(reply.Error switch
            {
                null => 0,
                QuorumError.NoLeader => 1,
                QuorumError.TimedOut => 2,
                QuorumError.OutcomeUnknown => 3,
                QuorumError.Overloaded => 4,
                QuorumError.TooLarge => 5,
                QuorumError.DiskNearlyFull => 6,
                QuorumError.Stopped => 7,
                QuorumError.LeaderUnreachable => 8,
                QuorumError.NotAMember => 9,
                QuorumError.ChangeInProgress => 10,
                QuorumError.AlreadyAMember => 11,
                QuorumError.NoSuchMember => 12,
                QuorumError.NotALearner => 13,
                QuorumError.LearnerBehind => 14,
                QuorumError.TooFewVoters => 15,
                QuorumError.TooManyMembers => 16,
                QuorumError.UnknownProcessor => 17,
                QuorumError.ProcessorFailed => 18,
                QuorumError.Refused => 19,
                _ => throw new ArgumentException(reply.Error.ToString()),
            }),
        };
        if (reply.Detail is { } detail)
        {
            wired.Detail = detail;
        }

        if (reply.Result is { } result)
        {
            wired.Result = new Wired.CommandResult { Code = result.Code, Revision = (ulong)result.Revision, Payload = Bytes(result.Payload) };
            if (result.Error is { } error)
            {
                wired.Result.Error = error;
            }
        }

        return wired;
    }

    private static ByteString Bytes(ReadOnlyMemory<byte> bytes) => ByteString.CopyFrom(bytes.Span);
}
