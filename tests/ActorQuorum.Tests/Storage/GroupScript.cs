using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;

namespace ActorQuorum.Tests.Storage;

/// <summary>Plays the core of one group: makes persists that follow on each other.</summary>
internal sealed class GroupScript(int group)
{
    private static readonly ImmutableArray<Member> Members = [new(new MemberId(7), 70), new(new MemberId(8), 80)];

    private long _term;
    private long _lastIndex;
    private long _sequence;

    public GroupScript(int group, RecoveredGroup? recovered)
        : this(group)
    {
        _term = recovered?.State.Term ?? 0;
        _lastIndex = recovered?.LastIndex ?? 0;
    }

    public long LastIndex => _lastIndex;

    /// <summary>A new term, if asked or if there is none yet; a truncation, if asked; and entries with commands of a length.</summary>
    public Persist Next(int entries, int commandBytes = 5, bool newTerm = false, long truncateFrom = 0)
    {
        HardState? state = null;
        if (newTerm || _term == 0)
        {
            _term++;
            state = new HardState(_term, new MemberId((ulong)(_term % 3)), _term % 2 == 0, _term % 4 == 1 ? Members : []);
        }

        if (truncateFrom != 0)
            _lastIndex = truncateFrom - 1;
        var made = ImmutableArray.CreateBuilder<Entry>();
        for (int i = 0; i < entries; i++)
            made.Add(new Entry(++_lastIndex, _term, (EntryKind)(_lastIndex % 3), Command(_lastIndex, commandBytes)));
        return new Persist(group, state, truncateFrom, made.ToImmutable(), _lastIndex, 0, ++_sequence, []);
    }

    /// <summary>A snapshot stands for the entries up to an index.</summary>
    public Persist Rebase(long index, long term = 1) =>
        new(group, null, 0, [], _lastIndex, 0, ++_sequence, []) { Base = new LogBase(index, term, IsReset: false) };

    /// <summary>A leader's snapshot takes the place of the log.</summary>
    public Persist Reset(long index, long term) =>
        new(group, null, 0, [], _lastIndex = index, 0, ++_sequence, []) { Base = new LogBase(index, term, IsReset: true) };

    private static byte[] Command(long index, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)((index * 31) + i);
        return bytes;
    }
}
