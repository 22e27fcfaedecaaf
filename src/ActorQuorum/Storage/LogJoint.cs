using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>Joins what a start found: the newest snapshot, and the log that should go on behind it.</summary>
internal static class LogJoint
{
    /// <summary>What the disk holds, both together.</summary>
    /// <param name="group">The log.</param>
    /// <param name="snapshot">The newest valid snapshot, or null.</param>
    /// <param name="snapshots">Where snapshots lie.</param>
    /// <param name="log">The log, which is reset here if the node died before it had done so itself.</param>
    /// <param name="notes">What the operator should know.</param>
    /// <exception cref="StorageDamagedException">Entries are neither in the snapshot nor in the log.</exception>
    public static DurableState Join(
        RecoveredGroup group, SnapshotFile? snapshot, SnapshotFiles snapshots, ILogStore log, ICollection<string> notes)
    {
        SnapshotMark mark = snapshot?.Head.Mark ?? SnapshotMark.None;
        if (group.Base is { Index: > 0, Term: 0 })
        {
            throw new StorageDamagedException(
                snapshots.PathOf(group.Base.Index), 0,
                $"the log's first segments are missing, and it does not say which snapshot stands for the entries up to {group.Base.Index}");
        }

        if (mark.Index < group.Base.Index)
        {
            string missing = $"the log begins behind entry {group.Base.Index}, but "
                + (snapshot is null ? "no valid snapshot holds those before" : $"the newest valid snapshot ends with entry {mark.Index}");
            throw snapshots.PassedOver is { } damage
                ? new StorageDamagedException(damage.File, damage.Offset, $"{damage.What}; and {missing}")
                : new StorageDamagedException(snapshots.PathOf(group.Base.Index), 0, missing);
        }

        if (mark.Index <= group.LastIndex && TermAt(group, mark.Index) == mark.Term)
        {
            return new DurableState(group.State, group.Entries)
            {
                Base = new LogBase(group.Base.Index, group.Base.Term, IsReset: false), Snapshot = mark,
            };
        }

        // The node died while it installed a leader's snapshot. That is in its place, whole, and what it stands for is committed; so the log gives way.
        HardState state = group.State.Term >= mark.Term ? group.State : group.State with { Term = mark.Term, Vote = MemberId.None };
        var place = new LogBase(mark.Index, mark.Term, IsReset: true);
        log.Write([new Persist(0, state, 0, [], mark.Index, 0, 0, []) { Base = place }]);
        log.Flush();
        notes.Add($"The log ended at entry {group.LastIndex}; it goes on behind entry {mark.Index} of a snapshot that was being installed.");
        return new DurableState(state, []) { Base = place with { IsReset = false }, Snapshot = mark };
    }

    private static long TermAt(RecoveredGroup group, long index) =>
        index == group.Base.Index ? group.Base.Term : group.Entries[(int)(index - group.Base.Index - 1)].Term;
}
