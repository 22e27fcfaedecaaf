namespace ActorQuorum.Core.Raft;

/// <summary>
/// A member goes on alone with what its disk holds, without anybody's consent: it founds a cluster whose only voter it is (docs/deviations.md,
/// "Identity"). Safe only because nobody of the old cluster hears the new one, which the cluster id sees to.
/// </summary>
internal static class ClusterOfOne
{
    /// <summary>
    /// What the disk holds from then on. All entries stay, committed or not, for which of them were committed no node can tell alone; behind them
    /// stands the configuration of one, and of two configurations the later counts (Raft §6), so none of those before it matters any more. The
    /// member campaigns when it starts, and commits an entry of its own term and thereby all before it (§5.4.2): nothing has to be applied for this.
    /// </summary>
    /// <param name="held">What the disk holds.</param>
    /// <param name="self">The member as it will be: with a new incarnation, for what it did before was said in another cluster.</param>
    /// <param name="contact">How it is reached.</param>
    public static DurableState Of(DurableState held, Member self, MemberContact contact)
    {
        var mark = held.Snapshot;
        Invariant.Check(
            mark.Index >= held.Base.Index && mark.Index <= held.LastIndex,
            $"a snapshot up to {mark.Index} of a log from {held.Base.Index + 1} to {held.LastIndex}");

        var term = Math.Max(held.State.Term, held.LastTerm) + 1;
        var index = held.LastIndex + 1;
        var membership = new Membership(
        [
            new ConfiguredMember(self.Id, self.Incarnation)
            {
                IsVoter = true, Session = index, Contact = contact.IsWithinBounds ? contact : MemberContact.Unknown,
            },
        ]);
        return new(
            new(term, MemberId.None, Proven: true, membership.Voters),
            [.. held.Entries, new Entry(index, term, EntryKind.Configuration, membership.Encode())])
        {
            Base = held.Base,
            Snapshot = mark.Index == 0 ? mark : mark with { Membership = membership, Founding = membership.Voters },
        };
    }
}
