using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <content>Commands for processors: the leader logs only what every member that it hears can apply, and its word is the answer on all.</content>
internal sealed partial class NodeActor
{
    /// <summary>What the leader knows of the others' processors; null for a machine that has none.</summary>
    public ProcessorCensus? Census { get; init; }

    private void BeginCensus(CoreStatus before, CoreStatus now)
    {
        if (now.Role == Role.Leader && (before.Role != Role.Leader || before.Term != now.Term)) Census?.Begin(Connected(), context.Now);
    }

    /// <summary>Refused, or put aside until it is known whether every member has the processor: neither is logged.</summary>
    private bool MayBeLogged(Request request)
    {
        if (request.Processor is not { } processor || Census is null || Census.Admits(processor, context.Now, out var objection)) return true;
        if (objection is null) _pending.Wait(request);
        else Fail(request, QuorumError.UnknownProcessor, objection);
        return false;
    }

    /// <summary>What a command waited for in vain that was put aside; null for any other request.</summary>
    private string? WhyPutAside(Request request) =>
        request is { Stage: RequestStage.Waiting, Processor: { } processor } && view.Core.Leader == self && Census?.Awaited(context.Now) is { Count: > 0 } awaited
            ? ProcessorRefusal.Untold(processor, awaited)
            : null;

    private void OnProcessorsTold(MemberId from, ProcessorsTold told)
    {
        if (view.Core.Leader == self && Census?.Told(from, told.Number, told.Names) == true) RouteWaiting();
    }
}
