namespace ActorQuorum.StateMachines.Processors;

/// <summary>Why a command for a processor is refused, with gRPC's codes. The same on every node, so nothing of an exception but what its author meant to be.</summary>
internal static class ProcessorRefusal
{
    /// <summary>The handler threw, or went over a bound (gRPC's ABORTED).</summary>
    public const int FailedCode = 10;

    /// <summary>There is no such processor (gRPC's UNIMPLEMENTED).</summary>
    public const int UnknownCode = 12;

    private const int InvalidArgument = 3;
    private const int TextLimit = 1000;

    /// <summary>The name can be none.</summary>
    public static Refusal BadName { get; } = new(
        InvalidArgument, $"actorquorum: a processor's name has 1 to {ProcessFields.NameLimit} letters (a-z, A-Z), digits, '.', '_' and '-'");

    /// <summary>No node is asked to log a command that it could not apply.</summary>
    public static Refusal Unknown(string name) => new(UnknownCode, $"actorquorum: there is no processor '{name}'; add it on every member before it is asked for");

    /// <summary>The handler said why.</summary>
    public static Refusal Said(string name, string text) => new(
        FailedCode, $"actorquorum: the processor '{name}' refused: {(text.Length > TextLimit ? text[..TextLimit] : text)}");

    /// <summary>The handler failed. How may differ between nodes, so it stands in their logs.</summary>
    public static Refusal Failed(string name) => new(
        FailedCode, $"actorquorum: the processor '{name}' failed and its changes are discarded; the log of each node says how");
}
