using System.Buffers.Binary;
using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>Who votes, and which data directory each voter is bound to. Written so that joint consensus (Raft §6) adds a second set of voters.</summary>
internal sealed class Membership
{
    private const int BytesPerMember = 16;

    /// <summary>Makes a membership of <paramref name="voters"/>, in ascending order of their ids.</summary>
    public Membership(ImmutableArray<Member> voters) => Voters = voters;

    /// <summary>The voters.</summary>
    public ImmutableArray<Member> Voters { get; }

    /// <summary>Members that are not yet bound to a data directory.</summary>
    public static Membership Unbound(ImmutableArray<MemberId> members) => new([.. members.Select(id => new Member(id, 0))]);

    /// <summary>The incarnation that <paramref name="id"/> is bound to; zero if unbound.</summary>
    public ulong BindingOf(MemberId id)
    {
        foreach (var voter in Voters)
            if (voter.Id == id)
                return voter.Incarnation;
        return 0;
    }

    /// <summary>The same membership with <paramref name="id"/> bound to another data directory.</summary>
    public Membership Bind(MemberId id, ulong incarnation) =>
        new([.. Voters.Select(voter => voter.Id == id ? voter with { Incarnation = incarnation } : voter)]);

    /// <summary>Whether those for whom <paramref name="holds"/> are a majority of all voters. Voters that do not count still weigh.</summary>
    public bool IsQuorum(Func<MemberId, bool> holds)
    {
        var count = 0;
        foreach (var voter in Voters)
            if (holds(voter.Id))
                count++;
        return count * 2 > Voters.Length;
    }

    /// <summary>The greatest number that a majority of the voters has reached.</summary>
    public long QuorumOf(Func<MemberId, long> reached)
    {
        Span<long> values = stackalloc long[Voters.Length];
        for (var i = 0; i < values.Length; i++) values[i] = reached(Voters[i].Id);
        values.Sort();
        return values[(values.Length - 1) / 2];
    }

    /// <summary>The payload of a configuration entry: the voters one behind the other, id and incarnation, little-endian.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[Voters.Length * BytesPerMember];
        for (var i = 0; i < Voters.Length; i++)
        {
            var at = bytes.AsSpan(i * BytesPerMember);
            BinaryPrimitives.WriteUInt64LittleEndian(at, Voters[i].Id.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(at[8..], Voters[i].Incarnation);
        }

        return bytes;
    }

    /// <summary>Reads the payload of a configuration entry.</summary>
    public static Membership Decode(ReadOnlySpan<byte> bytes)
    {
        Invariant.Check(bytes.Length > 0 && bytes.Length % BytesPerMember == 0, $"a configuration entry of {bytes.Length} bytes");
        var voters = ImmutableArray.CreateBuilder<Member>(bytes.Length / BytesPerMember);
        for (; !bytes.IsEmpty; bytes = bytes[BytesPerMember..])
            voters.Add(new(new(BinaryPrimitives.ReadUInt64LittleEndian(bytes)), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])));
        return new(voters.MoveToImmutable());
    }
}
