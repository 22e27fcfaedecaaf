using System.Globalization;

namespace ActorQuorum.Roles;

/// <summary>What tells one leadership from another: a number that rises, to hand on to what must not obey a former leader.</summary>
/// <param name="Variable">The environment variable in which a script finds it.</param>
/// <param name="Value">Its text.</param>
internal readonly record struct Fence(string Variable, string Value)
{
    /// <summary>Raft's term.</summary>
    public static Fence OfTerm(long term) => new("ACTORQUORUM_TERM", term.ToString(CultureInfo.InvariantCulture));

    /// <summary>The constant election's epoch.</summary>
    public static Fence OfEpoch(string epoch) => new("ACTORQUORUM_EPOCH", epoch);

    /// <inheritdoc/>
    public override string ToString() => $"{(Variable.EndsWith("TERM", StringComparison.Ordinal) ? "term" : "epoch")} {Value}";
}

/// <summary>How a node stands, as role scripts see it: it leads or it does not.</summary>
/// <param name="Leads">Whether this node leads.</param>
/// <param name="Leader">The leader's name; empty while none is known.</param>
/// <param name="Fence">The latest leadership it knows of.</param>
internal sealed record RoleStanding(bool Leads, string Leader, Fence Fence)
{
    /// <summary>
    /// Whether this standing calls for its script, after the given one had its turn (null: none had). Another leader of a follower changes
    /// nothing for it. A new term is a new leadership: another node may have led in between, and what the script started must learn the new
    /// fence. A fresh node that knows no leader has no role yet.
    /// </summary>
    public bool IsChangeFrom(RoleStanding? before) => before is null
        ? Leads || Leader.Length > 0
        : Leads != before.Leads || (Leads && Fence != before.Fence);
}
