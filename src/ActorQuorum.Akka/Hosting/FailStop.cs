using Akka.Actor;

namespace ActorQuorum.Akka.Hosting;

/// <summary>The supervision of a node: nothing is restarted or resumed, the first failure stops the node.</summary>
internal static class FailStop
{
    /// <summary>The strategy of every actor of a host that has children.</summary>
    public static SupervisorStrategy Of(AkkaHost host) => new AllForOneStrategy(
        0,
        0,
        cause =>
        {
            host.Fail(cause);
            return Directive.Stop;
        },
        loggingEnabled: false); // The node says its last word itself.
}
