using Wired = ActorQuorum.Transport.Wire;

namespace ActorQuorum.Transport;

/// <content>Requests that are passed on to the leader, and its answers, as they are read.</content>
internal static partial class PeerCodec
{
    private static PeerMessage ReadForward(ref FieldReader reader, PeerRoute route)
    {
        _ = route;
        var numbers = new Numbers();
        ReadOnlySpan<byte> payload = default;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(3, WireType.LengthPrefixed))
            {
                payload = reader.Bytes();
            }
            else
            {
                numbers.Read(ref reader, tag);
            }
        }

        if (numbers[Wired.Forward.ProcessorsWantedFieldNumber] is > 0 and var question)
        {
            return new ProcessorsWanted(question);
        }

        var kind = (RequestKind)Below(numbers[2], (long)RequestKind.Change + 1, "request kind");
        var patience = new TimeSpan(Below(numbers[4], PatienceLimit.Ticks + 1, "patience"));
        return new Forward(numbers[1], kind, payload.ToArray(), patience);
    }

    private static ForwardReply ReadForwardReply(ref FieldReader reader, PeerRoute route)
    {
        _ = route;
        var numbers = new Numbers();
        CommandResult? result = null;
        string? detail = null;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(2, WireType.LengthPrefixed))
            {
                result = ReadResult(reader.Bytes());
            }
            else if (tag == FieldReader.Tag(4, WireType.LengthPrefixed))
            {
                detail = reader.Text();
            }
            else
            {
                numbers.Read(ref reader, tag);
            }
        }

        var error = FromWire(numbers[3]);
        var reply = new ForwardReply(numbers[1], result, error, detail, numbers[5]);
        return reply.IsWhole
            ? reply
            : throw new PeerProtocolException("the answer to a forwarded request does not bear one of result, read index and error");
    }

    private static CommandResult ReadResult(ReadOnlySpan<byte> source)
    {
        var reader = new FieldReader(source);
        var numbers = new Numbers();
        var code = 0;
        string? error = null;
        ReadOnlySpan<byte> payload = default;
        while (reader.Next(out var tag))
        {
            if (tag == FieldReader.Tag(1, WireType.Varint))
            {
                code = unchecked((int)reader.Number());
            }
            else if (tag == FieldReader.Tag(2, WireType.LengthPrefixed))
            {
                error = reader.Text();
            }
            else if (tag == FieldReader.Tag(4, WireType.LengthPrefixed))
            {
                payload = reader.Bytes();
            }
            else
            {
                numbers.Read(ref reader, tag);
            }
        }

        return new CommandResult(code, error, numbers[3], payload.ToArray());
    }

    private static QuorumError? FromWire(long error) => (Wired.ForwardError)Below(error, int.MaxValue, "error") switch
    {
        Wired.ForwardError.None => null,
        Wired.ForwardError.NoLeader => QuorumError.NoLeader,
        Wired.ForwardError.TimedOut => QuorumError.TimedOut,
        Wired.ForwardError.OutcomeUnknown => QuorumError.OutcomeUnknown,
        Wired.ForwardError.Overloaded => QuorumError.Overloaded,
        Wired.ForwardError.TooLarge => QuorumError.TooLarge,
        Wired.ForwardError.DiskNearlyFull => QuorumError.DiskNearlyFull,
        Wired.ForwardError.Stopped => QuorumError.Stopped,
        Wired.ForwardError.LeaderUnreachable => QuorumError.LeaderUnreachable,
        Wired.ForwardError.NotAMember => QuorumError.NotAMember,
        Wired.ForwardError.ChangeInProgress => QuorumError.ChangeInProgress,
        Wired.ForwardError.AlreadyAMember => QuorumError.AlreadyAMember,
        Wired.ForwardError.NoSuchMember => QuorumError.NoSuchMember,
        Wired.ForwardError.NotALearner => QuorumError.NotALearner,
        Wired.ForwardError.LearnerBehind => QuorumError.LearnerBehind,
        Wired.ForwardError.TooFewVoters => QuorumError.TooFewVoters,
        Wired.ForwardError.TooManyMembers => QuorumError.TooManyMembers,
        Wired.ForwardError.UnknownProcessor => QuorumError.UnknownProcessor,
        Wired.ForwardError.ProcessorFailed => QuorumError.ProcessorFailed,
        Wired.ForwardError.Refused => QuorumError.Refused,
        _ => throw new PeerProtocolException($"the error {error} is unknown here"),
    };
}
