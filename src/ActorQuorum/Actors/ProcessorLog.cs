using ActorQuorum.Core.Raft;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <summary>Says which members lack processors of this node, so that a build that was forgotten on one is seen before anybody calls.</summary>
internal sealed class ProcessorLog(ILogger logger, string self, Func<MemberId, string> nameOf)
{
    private const int NamesShown = 20;

    /// <summary>This node's name.</summary>
    public string Self => self;

    /// <summary>A member's name.</summary>
    public string NameOf(MemberId member) => nameOf(member);

    /// <summary>A member said which processors it has.</summary>
    /// <param name="member">The member.</param>
    /// <param name="lacking">Those of this node that were not among them.</param>
    public void Told(MemberId member, IEnumerable<string> lacking)
    {
        string[] names = [.. lacking];
        if (names.Length == 0) return;
        var more = names.Length > NamesShown ? $" and {names.Length - NamesShown} more" : "";
        logger.LogWarning(
            "{Node} leads, and {Member} runs a build without the processors {Processors}: commands for them are refused while it is heard",
            self, nameOf(member), string.Join(", ", names.Take(NamesShown)) + more);
    }
}
