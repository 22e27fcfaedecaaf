namespace ActorQuorum.StateMachines.Processors;

/// <summary>Why a command for a processor is refused, with gRPC's codes. The same on every node, so nothing of an exception but what its author meant to be.</summary>
internal static class ProcessorRefusal
{
    /// <summary>The handler threw, or went over a bound (gRPC's ABORTED).</summary>
    public const int FailedCode = 10;

    /// <summary>There is no such processor (gRPC's UNIMPLEMENTED): how a leader of an earlier release says <see cref="QuorumError.UnknownProcessor"/>.</summary>
    public const int UnknownCode = 12;

    private const int InvalidArgument = 3;
    private const int TextLimit = 1000;
    private const int MembersShown = 7;

    /// <summary>The name can be none.</summary>
    public static Refusal BadName { get; } = new(
        InvalidArgument, $"actorquorum: a processor's name has 1 to {ProcessFields.NameLimit} letters (a-z, A-Z), digits, '.', '_' and '-'");

    /// <summary>The leader logs no command that it could not apply.</summary>
    public static string Unknown(string name, string leader) =>
        $"there is no processor '{name}' on {leader}, which leads: add it on every member before it is asked for";

    /// <summary>Nor one that a member could not apply.</summary>
    public static string Lacking(string name, IReadOnlyCollection<string> members) =>
        $"{Listed(members)} {(members.Count == 1 ? "runs" : "run")} a build without processor '{name}': roll the build out there first";

    /// <summary>Nor one of which nobody knows whether a member could.</summary>
    public static string Untold(string name, IReadOnlyCollection<string> members) =>
        $"whether {Listed(members)} could apply processor '{name}' is not known, for no word came from there of which processors {(members.Count == 1 ? "it has" : "they have")}: "
        + "repeat the command, or if that is of no use roll the leader's release of ActorQuorum out there first";

    /// <summary>The handler said why.</summary>
    public static Refusal Said(string name, string text) => new(
        FailedCode, $"actorquorum: the processor '{name}' refused: {(text.Length > TextLimit ? text[..TextLimit] : text)}");

    /// <summary>The handler failed. How may differ between nodes, so it stands in their logs.</summary>
    public static Refusal Failed(string name) => new(
        FailedCode, $"actorquorum: the processor '{name}' failed and its changes are discarded; the log of each node says how");

    private static string Listed(IReadOnlyCollection<string> members)
    {
        var shown = members.Order(StringComparer.Ordinal).Take(MembersShown).ToList();
        if (members.Count > shown.Count) shown.Add($"{members.Count - shown.Count} more");
        return shown.Count == 1 ? shown[0] : $"{string.Join(", ", shown.SkipLast(1))} and {shown[^1]}";
    }
}
