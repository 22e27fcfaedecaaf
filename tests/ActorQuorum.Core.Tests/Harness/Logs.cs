using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Tests.Harness;

/// <summary>Logs as the paper draws them: the terms of their entries.</summary>
internal static class Logs
{
    public static List<Entry> Of(params long[] terms) => [.. terms.Select((term, i) => EntryOf(i + 1, term))];

    public static Entry EntryOf(long index, long term) => new(index, term, EntryKind.Command, Payload(index * 1000 + term));

    /// <summary>What makes two logs the same, as text.</summary>
    public static string Text(IEnumerable<Entry> entries) =>
        string.Join(' ', entries.Select(e => $"{e.Index}:{e.Term}:{e.Kind}:{Convert.ToHexString(e.Payload.Span)}"));

    public static byte[] Payload(long number) => BitConverter.GetBytes(number);
}
