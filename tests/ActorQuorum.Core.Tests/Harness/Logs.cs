using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Tests.Harness;

/// <summary>Logs as the paper draws them: the terms of their entries.</summary>
internal static class Logs
{
    public static List<Entry> Of(params long[] terms) => [.. terms.Select((term, i) => EntryOf(i + 1, term))];

    public static Entry EntryOf(long index, long term) => new(index, term, EntryKind.Command, Payload(index * 1000 + term));

    public static byte[] Payload(long number) => BitConverter.GetBytes(number);
}
