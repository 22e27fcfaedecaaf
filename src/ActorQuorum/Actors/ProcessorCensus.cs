using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines.Processors;

namespace ActorQuorum.Actors;

/// <summary>
/// What the leader knows of the others' processors. It logs no command that a member which it hears could not apply, for that one would have
/// to stop. Whoever answers its heartbeats is asked, until it answers, and again from time to time: nothing depends on one message, or on
/// hearing of each restart. Who is not heard for an election timeout holds nobody up.
/// </summary>
/// <param name="own">This node's processors; where there are none nobody is asked, as every such command is refused.</param>
/// <param name="silence">The election timeout: so long a member counts that is not heard, and so long it may owe an answer.</param>
/// <param name="ask">Sends a question of this number; whether it was sent.</param>
/// <param name="firstNumber">Where the numbers of this process begin.</param>
/// <param name="log">Says who lacks what.</param>
internal sealed class ProcessorCensus(
    ImmutableArray<string> own, TimeSpan silence, Func<MemberId, long, bool> ask, long firstNumber, ProcessorLog log)
{
    /// <summary>How often whoever has answered is asked again, and whoever has not, though it had the time.</summary>
    public static readonly TimeSpan RepeatPeriod = TimeSpan.FromSeconds(5);

    /// <summary>How many questions an answer may take, before a member counts as one that gives none.</summary>
    private const int Questions = 4;

    private readonly SortedDictionary<MemberId, Standing> _others = [];
    private long _number = firstNumber;

    /// <summary>How a member stands to a command.</summary>
    private enum Stand
    {
        /// <summary>It is not heard.</summary>
        Away,

        /// <summary>It is heard, and has not had the time to answer.</summary>
        Asked,

        /// <summary>It is heard, has had the time, and has not answered.</summary>
        Untold,

        /// <summary>It cannot apply it.</summary>
        Lacks,

        /// <summary>It can apply it.</summary>
        Has,
    }

    /// <summary>This node's processors.</summary>
    public ImmutableArray<string> Own => own;

    /// <summary>
    /// This node begins to lead. It has heard nobody yet, and commands that waited for a leader come at once: so all others count that can be
    /// sent to, for as long as one may be silent.
    /// </summary>
    public void Begin(IEnumerable<MemberId> others, TimeSpan now)
    {
        _others.Clear();
        if (own.IsEmpty) return;
        foreach (var other in others) Expect(other, now, now);
    }

    /// <summary>A member answered a heartbeat.</summary>
    public void Heard(MemberId member, TimeSpan now)
    {
        if (own.IsEmpty) return;
        if (!_others.TryGetValue(member, out var standing) || standing.IsAway(now, silence))
            _others[member] = standing = new(++_number, now, now);
        standing.Hear(now);
        if (now >= standing.AskNext) Ask(member, standing, now);
    }

    /// <summary>A connection to a member was lost: it may be a new process, of another build, that is heard next.</summary>
    public void Lost(MemberId member, TimeSpan now)
    {
        if (_others.TryGetValue(member, out var standing)) Expect(member, standing.HeardAt, now);
    }

    /// <summary>A member says which processors it has.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Told(MemberId member, long number, ImmutableArray<string> names)
    {
        // An answer to an older question may be that of a process which has ended.
        if (!_others.TryGetValue(member, out var standing) || standing.Number != number) return false;
        if (standing.Names is { } known && known.AsSpan().SequenceEqual(names.AsSpan())) return false;
        standing.Names = names;
        log.Told(member, own.Where(name => !ProcessorSet.IsAmong(names, name)));
        return true;
    }

    /// <summary>Whether a command may be logged now.</summary>
    /// <param name="processor">The processor that it asks for.</param>
    /// <param name="now">The time.</param>
    /// <param name="objection">Why it must not be; null if that is not known yet.</param>
    public bool Admits(string processor, TimeSpan now, out string? objection)
    {
        objection = null;
        if (!ProcessorSet.IsAmong(own, processor))
        {
            objection = ProcessorRefusal.Unknown(processor, log.Self);
            return false;
        }

        var (isAsked, untold, lacking) = (false, (List<string>?)null, (List<string>?)null);
        foreach (var (member, standing) in _others)
        {
            switch (StandOf(standing, processor, now))
            {
                case Stand.Asked: isAsked = true; break;
                case Stand.Untold: (untold ??= []).Add(log.NameOf(member)); break;
                case Stand.Lacks: (lacking ??= []).Add(log.NameOf(member)); break;
            }
        }

        if (lacking is not null) objection = ProcessorRefusal.Lacking(processor, lacking);
        else if (untold is not null) objection = ProcessorRefusal.Untold(processor, untold);
        return objection is null && !isAsked;
    }

    /// <summary>The members that are heard and have not had the time to answer.</summary>
    public IReadOnlyCollection<string> Awaited(TimeSpan now) =>
        [.. _others.Where(other => StandOf(other.Value, "", now) == Stand.Asked).Select(other => log.NameOf(other.Key))];

    private Stand StandOf(Standing standing, string processor, TimeSpan now)
    {
        if (standing.IsAway(now, silence)) return Stand.Away;
        if (standing.Names is { } names) return ProcessorSet.IsAmong(names, processor) ? Stand.Has : Stand.Lacks;
        return now - standing.Since < silence ? Stand.Asked : Stand.Untold;
    }

    /// <summary>A member counts as one that was heard then, and has said nothing; unless it certainly cannot be sent to.</summary>
    private void Expect(MemberId member, TimeSpan heardAt, TimeSpan now)
    {
        var standing = new Standing(++_number, heardAt, now);
        if (Ask(member, standing, now)) _others[member] = standing;
        else _others.Remove(member);
    }

    private bool Ask(MemberId member, Standing standing, TimeSpan now)
    {
        standing.AskNext = now + (standing.Names is null && now - standing.Since < silence ? silence / Questions : RepeatPeriod);
        return ask(member, standing.Number);
    }

    /// <summary>A member, as long as it is not lost.</summary>
    private sealed class Standing(long number, TimeSpan heardAt, TimeSpan now)
    {
        private bool _isHeard;

        /// <summary>The number of the question to it.</summary>
        public long Number => number;

        /// <summary>When it was last heard, or is taken to have been.</summary>
        public TimeSpan HeardAt { get; private set; } = heardAt;

        /// <summary>Since when it could have answered.</summary>
        public TimeSpan Since { get; private set; } = now;

        /// <summary>When it is to be asked again.</summary>
        public TimeSpan AskNext { get; set; }

        /// <summary>What it said; null if it has not.</summary>
        public ImmutableArray<string>? Names { get; set; }

        public bool IsAway(TimeSpan at, TimeSpan silence) => at - HeardAt >= silence;

        public void Hear(TimeSpan at)
        {
            HeardAt = at;
            if (_isHeard) return;
            (_isHeard, Since) = (true, at);
        }
    }
}
