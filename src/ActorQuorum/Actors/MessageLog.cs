using ActorQuorum.Core.Raft;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <summary>What <c>-d</c> shows: votes, resets of the election deadline and replication, as they pass through the ElectionActor. Heartbeats are traced.</summary>
internal sealed class MessageLog(ILogger logger, string self, Func<MemberId, string> nameOf)
{
    /// <summary>A message arrived.</summary>
    public void Received(RaftInput input)
    {
        if (input is not Received(var message) || !logger.IsEnabled(LogLevel.Debug)) return;
        var from = nameOf(message.From);
        switch (message)
        {
            case Heartbeat heartbeat:
                logger.LogTrace("{Node} resets its election deadline: heartbeat {Round} of {From} term {Term}", self, heartbeat.Round, from, message.Term);
                break;
            case HeartbeatReply:
                logger.LogTrace("{Node} heard {From} term {Term}", self, from, message.Term);
                break;
            default:
                logger.LogDebug("{Node} ← {From} {Message}", self, from, Text(message));
                break;
        }
    }

    /// <summary>Messages leave, now or with the batch that makes them durable.</summary>
    public void Sent(Effects effects)
    {
        if (!logger.IsEnabled(LogLevel.Debug)) return;
        foreach (var message in effects.Messages) Sent(message, "");
        if (effects.Persist is not { } persist) return;
        foreach (var message in persist.OnceDurable) Sent(message, ", once durable");
    }

    private void Sent(RaftMessage message, string when)
    {
        if (message is not Heartbeat and not HeartbeatReply)
            logger.LogDebug("{Node} → {To} {Message}{When}", self, nameOf(message.To), Text(message), when);
    }

    private static string Text(RaftMessage message) => message switch
    {
        RequestVote m => $"{(m.IsPreVote ? "pre-vote" : "vote")} wanted, term {m.Term}, log ends at {m.LastLogIndex} of term {m.LastLogTerm}",
        RequestVoteReply m => $"{(m.IsPreVote ? "pre-vote" : "vote")} {(m.IsGranted ? "granted" : "refused")}, term {m.Term}",
        AppendEntries { Entries.IsEmpty: true } m => $"append nothing after {m.PreviousIndex} of term {m.PreviousTerm}, commit {m.CommitIndex}, term {m.Term}; resets the deadline",
        AppendEntries m => $"append {m.PreviousIndex + 1}..{m.PreviousIndex + m.Entries.Length} after term {m.PreviousTerm}, commit {m.CommitIndex}, term {m.Term}; resets the deadline",
        AppendEntriesReply { IsSuccess: true } m => $"holds up to {m.MatchIndex}, term {m.Term}",
        AppendEntriesReply m => $"refuses after {m.MatchIndex}, may agree at {m.HintIndex} of term {m.HintTerm}, term {m.Term}",
        TimeoutNow m => $"campaign now, term {m.Term}",
        Introduction m => $"introduction, {m.Phase}, incarnation {m.Incarnation:x}",
        _ => message.GetType().Name,
    };
}
