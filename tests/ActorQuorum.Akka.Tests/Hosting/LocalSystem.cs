using ActorQuorum.Akka.Configuration;
using Akka.Configuration;

namespace ActorQuorum.Akka.Tests.Hosting;

/// <summary>A system without remoting, with the dispatchers that a node needs.</summary>
internal static class LocalSystem
{
    public static Config Config { get; } = ConfigurationFactory.ParseString("akka.actor.provider = local")
        .WithFallback(QuorumSettings.Defaults);
}
