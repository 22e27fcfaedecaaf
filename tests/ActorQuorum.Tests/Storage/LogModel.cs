using System.Globalization;
using System.Text;
using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;

namespace ActorQuorum.Tests.Storage;

/// <summary>What a log should hold: its records in their order, and the state after each prefix of them.</summary>
internal sealed class LogModel
{
    private readonly List<Action<SortedDictionary<int, Group>>> _records = [];

    public int Count => _records.Count;

    public void Add(IEnumerable<Persist> batch)
    {
        foreach (Persist persist in batch)
        {
            if (persist.State is { } state)
                Record(persist.Group, group => group.State = state);
            if (persist.Base is { } place)
                Record(persist.Group, group => group.Rebase(place));
            if (persist.TruncateFrom != 0)
                Record(persist.Group, group => group.Entries.RemoveAll(entry => entry.Index >= persist.TruncateFrom));
            foreach (Entry entry in persist.Entries)
                Record(persist.Group, group => group.Entries.Add(entry));
        }
    }

    /// <summary>The state after the first <paramref name="count"/> records, as text.</summary>
    public string After(int count)
    {
        var groups = new SortedDictionary<int, Group>();
        foreach (Action<SortedDictionary<int, Group>> record in _records.Take(count))
            record(groups);
        return Text(groups.Select(group => (group.Key, group.Value.State, group.Value.Base, (IReadOnlyList<Entry>)group.Value.Entries)));
    }

    /// <summary>A crash went back to the first <paramref name="count"/> records.</summary>
    public void Forget(int count) => _records.RemoveRange(count, _records.Count - count);

    /// <summary>What was recovered, in the same words.</summary>
    public static string Text(RecoveredLog log) =>
        Text(log.Groups.Select(group => (group.Key, group.Value.State, group.Value.Base, group.Value.Entries)));

    private static string Text(IEnumerable<(int Group, HardState State, LogPlace Base, IReadOnlyList<Entry> Entries)> groups)
    {
        var text = new StringBuilder();
        foreach ((int group, HardState state, LogPlace place, IReadOnlyList<Entry> entries) in groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"group {group}: {state.Term} {state.Vote} {state.Proven} behind {place.Index}/{place.Term}");
            foreach (Member member in state.Founding)
                text.Append(CultureInfo.InvariantCulture, $" {member.Id}={member.Incarnation}");
            foreach (Entry entry in entries)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n  {entry.Index}/{entry.Term} {entry.Kind} ");
                text.Append(Convert.ToHexString(entry.Payload.Span));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private void Record(int group, Action<Group> change) => _records.Add(groups =>
    {
        if (!groups.TryGetValue(group, out Group? found))
            groups.Add(group, found = new Group());
        change(found);
    });

    private sealed class Group
    {
        public HardState State { get; set; } = HardState.Initial;

        public List<Entry> Entries { get; } = [];

        public LogPlace Base { get; private set; }

        public void Rebase(LogBase place)
        {
            Base = new LogPlace(place.Index, place.Term);
            Entries.RemoveAll(entry => place.IsReset || entry.Index <= place.Index);
        }
    }
}
