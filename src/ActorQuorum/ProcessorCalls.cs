using ActorQuorum.StateMachines.Processors;

namespace ActorQuorum;

/// <summary>Calls of processors, through any node.</summary>
public static class ProcessorCalls
{
    /// <summary>Enqueues a command for a processor. A follower passes it to the leader.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The processor's name, as it was added with.</param>
    /// <param name="payload">What the handler gets; the caller does not change it afterwards.</param>
    /// <param name="cancellationToken">Gives up waiting; the command may still take effect.</param>
    /// <returns>What the handler returned, once the command is committed and applied.</returns>
    /// <exception cref="QuorumException">
    /// The leader, or a member that it hears, has no such processor, and nothing was logged (<see cref="QuorumError.UnknownProcessor"/>); it threw, or went over a bound (<see cref="QuorumError.ProcessorFailed"/>),
    /// and nothing is changed; or the command was not acknowledged, and its <see cref="QuorumException.Error"/> says whether it may have taken effect.
    /// </exception>
    public static async Task<Bytes> EnqueueAsync(
        this IQuorumNode node, string name, Bytes payload = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(name);
        if (ProcessorSet.WhyNoName(name) is { } why) throw new ArgumentException(why, nameof(name));
        var result = await node.ProposeAsync(ProcessFields.Encode(name, payload.Span), cancellationToken).ConfigureAwait(false);
        return result.IsSuccess ? result.Payload : throw new QuorumException(ErrorOf(result.Code), result.Error ?? "the command was refused without a word");
    }

    private static QuorumError ErrorOf(int code) => code switch
    {
        ProcessorRefusal.UnknownCode => QuorumError.UnknownProcessor,
        ProcessorRefusal.FailedCode => QuorumError.ProcessorFailed,
        _ => QuorumError.Refused,
    };
}
