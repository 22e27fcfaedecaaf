namespace ActorQuorum.Core.Voting;

/// <summary>Row QC-2: who is the better candidate. Never equal, whatever the clocks and ports say: names, addresses and ids break ties.</summary>
internal sealed class CandidateOrder(VotingMetric metric) : IComparer<VotingMember>
{
    /// <summary>The better one comes first.</summary>
    public int Compare(VotingMember? x, VotingMember? y)
    {
        if (ReferenceEquals(x, y)) return 0;
        if (x is null || y is null) return x is null ? 1 : -1;
        var order = metric == VotingMetric.LowestPort ? x.Port.CompareTo(y.Port) : x.BirthMs.CompareTo(y.BirthMs);
        if (order == 0) order = string.CompareOrdinal(x.Name, y.Name);
        if (order == 0) order = string.CompareOrdinal(x.Host, y.Host);
        if (order == 0) order = x.Port.CompareTo(y.Port);
        if (order == 0) order = x.BirthMs.CompareTo(y.BirthMs);
        return order != 0 ? order : x.Id.CompareTo(y.Id);
    }
}
