using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>What a change makes of a configuration, or why it cannot be made.</summary>
/// <param name="Next">The configuration to append, joint if the voters change (Raft §6); null if the change is refused.</param>
/// <param name="Refusal">Why it is refused.</param>
/// <param name="Text">What exactly, for the caller.</param>
internal readonly record struct MembershipPlan(Membership? Next, MembershipRefusal Refusal, string Text)
{
    /// <summary>Plans a change of <paramref name="now"/> by an entry at <paramref name="index"/>.</summary>
    public static MembershipPlan For(Membership now, MembershipChange change, long index) => change switch
    {
        AttachMembers attach => Add(now, attach.Newcomers, attach.Patience, index),
        AddLearners learners => Add(now, learners.Newcomers, TimeSpan.Zero, index),
        PromoteMembers promote => Promote(now, promote.Members),
        DetachMembers detach => Detach(now, detach.Members),
        UpdateContact update => Update(now, update),
        _ => throw new InvariantViolationException($"unknown change {change.GetType().Name}"),
    };

    /// <summary>Both configurations in force: who voted votes in C_old, who is to vote votes in C_new.</summary>
    public static Membership Joint(Membership now, Func<ConfiguredMember, bool> willVote) => now.Select(member =>
        member with { IsOutgoing = member.IsVoter, IsVoter = willVote(member), Patience = willVote(member) ? TimeSpan.Zero : member.Patience });

    /// <summary>C_new alone: who voted only in C_old is gone.</summary>
    public static Membership LeaveJoint(Membership joint) => joint.Select(member =>
        member is { IsOutgoing: true, IsVoter: false } ? null : member with { IsOutgoing = false });

    private static MembershipPlan Add(Membership now, ImmutableArray<Newcomer> newcomers, TimeSpan patience, long index)
    {
        if (newcomers.IsEmpty) return Refuse(MembershipRefusal.NoSuchMember, "nobody is named");
        if (now.Members.Length + newcomers.Length > Membership.MaxMembers)
            return Refuse(MembershipRefusal.TooMany, $"a cluster has at most {Membership.MaxMembers} members");
        var added = new List<ConfiguredMember>();
        foreach (var newcomer in newcomers)
        {
            if (newcomer.Id.IsNone) return Refuse(MembershipRefusal.Malformed, "a member needs a number that is not zero");
            if (!newcomer.Contact.IsWithinBounds) return TooLong();
            foreach (var member in now.Members.Concat(added))
            {
                if (member.Id == newcomer.Id) return Refuse(MembershipRefusal.AlreadyMember, $"{NameOf(member)} is a member already");
                if (newcomer.Contact.Peer.Length > 0 && member.Contact.Peer == newcomer.Contact.Peer)
                    return Refuse(MembershipRefusal.AlreadyMember, $"{newcomer.Contact.Peer} is the address of {NameOf(member)}");
            }

            added.Add(new(newcomer.Id, 0) { Session = index, Patience = patience, Contact = newcomer.Contact });
        }

        return Go(now.With(added));
    }

    private static MembershipPlan Promote(Membership now, ImmutableArray<MemberId> ids)
    {
        foreach (var id in ids)
        {
            if (now.Find(id) is not { } member) return NoSuchMember(id);
            if (!member.IsLearner) return Refuse(MembershipRefusal.NotLearner, $"{NameOf(member)} votes already");
        }

        return ids.IsEmpty ? Refuse(MembershipRefusal.NoSuchMember, "nobody is named") : Go(Joint(now, member => member.IsVoter || ids.Contains(member.Id)));
    }

    private static MembershipPlan Detach(Membership now, ImmutableArray<MemberId> ids)
    {
        foreach (var id in ids)
            if (now.Find(id) is null)
                return NoSuchMember(id);
        if (ids.IsEmpty) return Refuse(MembershipRefusal.NoSuchMember, "nobody is named");
        if (now.Voters.All(voter => ids.Contains(voter.Id))) return Refuse(MembershipRefusal.LastVoter, "nobody would be left to vote");
        var withoutLearners = now.Select(member => member.IsLearner && ids.Contains(member.Id) ? null : member);
        var areLearners = withoutLearners.Members.All(member => !ids.Contains(member.Id));
        return Go(areLearners ? withoutLearners : Joint(withoutLearners, member => member.IsVoter && !ids.Contains(member.Id)));
    }

    private static MembershipPlan Update(Membership now, UpdateContact update)
    {
        if (now.Find(update.Member) is not { } member) return NoSuchMember(update.Member);
        if (!update.Contact.IsWithinBounds) return TooLong();
        foreach (var other in now.Members)
            if (other.Id != member.Id && update.Contact.Peer.Length > 0 && other.Contact.Peer == update.Contact.Peer)
                return Refuse(MembershipRefusal.AlreadyMember, $"{update.Contact.Peer} is the address of {NameOf(other)}");
        return Go(now.Select(each => each.Id == member.Id ? each with { Contact = update.Contact.Or(each.Contact) } : each));
    }

    private static string NameOf(ConfiguredMember member) => member.Contact.Name.Length > 0 ? member.Contact.Name : member.Id.ToString();

    private static MembershipPlan Go(Membership next) => new(next, default, "");

    private static MembershipPlan NoSuchMember(MemberId id) => Refuse(MembershipRefusal.NoSuchMember, $"no member has the number {id}");

    private static MembershipPlan TooLong() =>
        Refuse(MembershipRefusal.Malformed, $"a member's name and addresses have at most {MemberContact.TextSizeBytes} bytes each");

    private static MembershipPlan Refuse(MembershipRefusal refusal, string text) => new(null, refusal, text);
}
