using System.Globalization;

namespace ActorQuorum.Roles;

/// <summary>What tells one leadership from another: a number that rises, to hand on to what must not obey a former leader.</summary>
/// <param name="Number">Raft's term, or the constant election's epoch.</param>
/// <param name="Formation">Within which formation epochs rise; null for a term.</param>
internal readonly record struct Fence(long Number, ulong? Formation)
{
    /// <summary>What a script finds in its environment.</summary>
    public IEnumerable<(string Name, string Value)> Variables => Formation is { } formation
        ? [("ACTORQUORUM_EPOCH", Text), ("ACTORQUORUM_FORMATION", formation.ToString("x", CultureInfo.InvariantCulture))]
        : [("ACTORQUORUM_TERM", Text)];

    private string Text => Number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Raft's.</summary>
    public static Fence OfTerm(long term) => new(term, null);

    /// <summary>The constant election's.</summary>
    public static Fence OfEpoch(ulong formation, long epoch) => new(epoch, formation);

    /// <inheritdoc/>
    public override string ToString() => Formation is null ? $"term {Text}" : $"epoch {Text}";
}

/// <summary>How a node stands, as role scripts see it: it leads or it does not.</summary>
/// <param name="Leads">Whether this node leads.</param>
/// <param name="Leader">The leader's name; empty while none is known.</param>
/// <param name="Fence">The latest leadership it knows of.</param>
internal sealed record RoleStanding(bool Leads, string Leader, Fence Fence)
{
    /// <summary>The fence under which that leadership began. In the constant election the fence may rise while the same node leads on.</summary>
    public Fence BeganUnder { get; init; } = Fence;

    /// <summary>
    /// Whether this standing calls for its script, after the given one had its turn (null: none had). Another leader of a follower changes
    /// nothing for it. A leadership that began anew is another one, whatever was passed over: a different node may have led in between, and what
    /// the script started must learn the new fence. A fence that rose under the one leadership calls for nothing: the former is still that of
    /// no other leader. A fresh node that knows no leader has no role yet.
    /// </summary>
    public bool IsChangeFrom(RoleStanding? before) => before is null
        ? Leads || Leader.Length > 0
        : Leads != before.Leads || (Leads && BeganUnder != before.BeganUnder);
}
