using ActorQuorum.Core.Raft;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <summary>Says what a node waits for that may not vote yet, so that a first start with a member missing does not look hung.</summary>
internal sealed class IdentityLog(ILogger logger, string self, Func<MemberId, string> nameOf)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private TimeSpan _next = Patience;
    private bool _wasProven;
    private bool _saidForeign;

    /// <summary>Looks at the core, at each tick.</summary>
    public void Look(RaftCore core, TimeSpan now)
    {
        if (core.IsFoundedElsewhere && !_saidForeign)
        {
            _saidForeign = true;
            logger.LogError(
                "{Node} founded a cluster of its own, while the cluster of its name is there and has it as a member: it takes nothing from it. "
                + "Was its data directory lost? Stop it, empty the directory, and start it with --join", self);
        }

        if (core.IsProven)
        {
            if (!_wasProven) logger.LogDebug("{Node} may vote and count", self);
            _wasProven = true;
        }
        else if (now >= _next)
        {
            _next = now + Period;
            Remind(core);
        }
    }

    private void Remind(RaftCore core)
    {
        var unheard = core.UnheardFounders;
        if (core.IsReplaced || !core.Leader.IsNone)
            logger.LogInformation(
                "{Node} has a new data directory: it has no vote until a majority without it has bound it", self);
        else if (!unheard.IsEmpty)
            logger.LogInformation(
                "{Node} waits for {Missing}: the first start needs every member, later ones a majority",
                self, string.Join(", ", unheard.Select(nameOf)));
    }
}
