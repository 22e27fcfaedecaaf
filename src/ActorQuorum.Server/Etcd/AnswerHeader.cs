using ActorQuorum.StateMachines;

namespace ActorQuorum.Server.Etcd;

/// <summary>etcd's ResponseHeader: who answered, and at which revision.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="MemberId">The member that answered.</param>
/// <param name="Revision">The store's revision of the answer.</param>
/// <param name="Term">The term that the member is in.</param>
internal readonly record struct AnswerHeader(ulong ClusterId, ulong MemberId, long Revision, long Term)
{
    private const int HeaderField = 1;

    /// <summary>The size of the header as an answer's first field.</summary>
    public int FieldSize => (int)WireWriter.LengthFieldSize(MessageSize);

    private int MessageSize =>
        WireWriter.NumberFieldSize(ClusterId) + WireWriter.NumberFieldSize(MemberId)
        + WireWriter.NumberFieldSize((ulong)Revision) + WireWriter.NumberFieldSize((ulong)Term);

    /// <summary>The header of an answer that <paramref name="node"/> gives.</summary>
    public static AnswerHeader Of(NodeStatus node, long revision) => new(node.ClusterId, node.Self.Id.Value, revision, node.Term);

    /// <summary>Writes the field; <paramref name="into"/> has its size.</summary>
    public void WriteField(Span<byte> into)
    {
        var writer = new WireWriter(into);
        writer.Length(HeaderField, MessageSize);
        writer.Number(1, ClusterId);
        writer.Number(2, MemberId);
        writer.Number(3, Revision);
        writer.Number(4, Term);
    }
}
