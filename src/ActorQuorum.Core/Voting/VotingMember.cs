using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <summary>
/// One start of one node. A node that returns has the name it had, but another birth and another <see cref="Id"/>: what its former start
/// promised died with that start, and nobody takes the new one for it.
/// </summary>
/// <param name="Id">Unique to this start: <see cref="IdOf"/>.</param>
/// <param name="Name">The node's name, of at most <see cref="VotingOptions.NameLength"/> characters.</param>
/// <param name="Host">Where the others reach it.</param>
/// <param name="Port">Its port there.</param>
/// <param name="BirthMs">When it started: milliseconds since 1970 on its own clock.</param>
internal sealed record VotingMember(MemberId Id, string Name, string Host, int Port, long BirthMs)
{
    /// <summary>The number of a start: hashed from all that tells one from another.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="host">Where it is reached.</param>
    /// <param name="port">Its port.</param>
    /// <param name="birthMs">When it started.</param>
    /// <param name="salt">Drawn at random at each start, so that two starts in one millisecond differ.</param>
    public static MemberId IdOf(string name, string host, int port, long birthMs, ulong salt)
    {
        var hash = Mixed(salt, 0x0A11CE);
        foreach (var c in name) hash = Mixed(hash, c);
        hash = Mixed(hash, 0x1_0000);
        foreach (var c in host) hash = Mixed(hash, c);
        hash = Mixed(Mixed(hash, (ulong)port), (ulong)birthMs);
        return new(hash == 0 ? 1 : hash);
    }

    /// <summary>Row QC-5, QC-6: a node is back if its name is, or its address with its birth; on whatever port.</summary>
    public bool IsReturnOf(VotingMember former) =>
        Id != former.Id && (Name == former.Name || (Host == former.Host && Port == former.Port && BirthMs == former.BirthMs));

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Host}:{Port})";

    private static ulong Mixed(ulong hash, ulong value) => new SplitMix64(hash ^ (value * 0x9E3779B97F4A7C15)).Next();
}
