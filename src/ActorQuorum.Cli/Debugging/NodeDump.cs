using ActorQuorum.Server.Debug.Wire;

namespace ActorQuorum.Cli.Debugging;

/// <summary>What one node showed of its inside, or why it did not.</summary>
/// <param name="MemberName">Its name in the list of members; empty if it was asked by its address.</param>
/// <param name="Address">Where it was asked.</param>
/// <param name="Dump">What it showed.</param>
/// <param name="Reason">Why it showed nothing.</param>
internal sealed record NodeDump(string MemberName, string Address, DumpResponse? Dump, string? Reason)
{
    public string Name => Dump?.Name ?? (MemberName.Length > 0 ? MemberName : Address);
}
