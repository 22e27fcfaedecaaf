using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>
/// What a snapshot says beside the state itself (Raft §7): up to where it reaches, and what the entries it replaces said of the cluster. A
/// configuration that is joint is carried whole.
/// </summary>
/// <param name="Index">Index of the last entry that the snapshot replaces; zero if there is no snapshot.</param>
/// <param name="Term">Term of that entry.</param>
/// <param name="Membership">The latest configuration up to <paramref name="Index"/>.</param>
/// <param name="Founding">
/// The founding view: the voters of the log's first configuration, or the one that went on alone since (docs/deviations.md, "Identity").
/// </param>
internal sealed record SnapshotMark(long Index, long Term, Membership Membership, ImmutableArray<Member> Founding)
{
    /// <summary>Before the first entry.</summary>
    public static SnapshotMark None { get; } = new(0, 0, Membership.Empty, []);

    /// <summary>The mark of the state that <paramref name="entries"/> were applied to, behind this one without a gap.</summary>
    public SnapshotMark After(ReadOnlySpan<Entry> entries)
    {
        if (entries.IsEmpty) return this;
        Invariant.Check(entries[0].Index == Index + 1, $"entry {entries[0].Index} follows a mark at {Index}");
        var (membership, founding) = (Membership, Founding);
        foreach (var entry in entries)
        {
            if (entry.Kind != EntryKind.Configuration) continue;
            membership = Membership.Decode(entry.Payload.Span);
            if (founding.IsEmpty || membership.IsFoundedAt(entry.Index)) founding = membership.Voters;
        }

        return new(entries[^1].Index, entries[^1].Term, membership, founding);
    }

    /// <summary>The mark as bytes, for the head of a snapshot.</summary>
    public byte[] Encode()
    {
        var membership = Membership.Members.IsEmpty ? [] : Membership.Encode();
        var writer = new ByteWriter();
        writer.Natural(Index);
        writer.Natural(Term);
        writer.UInt16(membership.Length);
        writer.Bytes(membership);
        foreach (var member in Founding) MembershipEncoding.WriteBinding(writer, member);
        return writer.ToArray();
    }

    /// <summary>Reads a mark; false if the bytes are none.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out SnapshotMark mark)
    {
        mark = None;
        var reader = new ByteReader(bytes);
        var (index, term) = (reader.Natural(), reader.Natural());
        var encoded = reader.Take(reader.UInt16());
        if (!reader.IsWhole) return false;
        var membership = Membership.Empty;
        if (!encoded.IsEmpty && !MembershipEncoding.TryDecode(encoded, out membership)) return false;
        if (!MembershipEncoding.TryReadBindings(reader.Rest, out var founding)) return false;
        mark = new(index, term, membership, founding);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(SnapshotMark? other) => other is not null && Index == other.Index && Term == other.Term;

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)((Index * 31) + Term));
}
