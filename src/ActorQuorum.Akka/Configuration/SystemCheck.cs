using ActorQuorum.Akka.Hosting;
using ActorQuorum.Akka.Remoting;
using ActorQuorum.Configuration;
using ActorQuorum.Transport;
using Akka.Actor;
using Akka.Configuration;

namespace ActorQuorum.Akka.Configuration;

/// <summary>What a quorum cannot do without in its actor system. Akka itself would say nothing, and lose messages or build what strangers name.</summary>
internal static class SystemCheck
{
    private const string Advice = "create the system with QuorumConfig.System";

    /// <summary>Throws what is wrong with the system, with the setting that mends it.</summary>
    /// <exception cref="InvalidOperationException">Something is.</exception>
    public static void Check(ActorSystem system, NodeOptions options)
    {
        var extended = (ExtendedActorSystem)system;
        var settings = system.Settings.Config;
        CheckAddress(extended, options);
        CheckSerializers(extended);
        Demand(system, !settings.GetBoolean("akka.actor.serialize-messages"), "akka.actor.serialize-messages must be off: the node's own messages never leave it");
        Demand(system, settings.GetBoolean("akka.remote.untrusted-mode"), "akka.remote.untrusted-mode must be on");
        Demand(
            system, settings.GetStringList("akka.remote.trusted-selection-paths", []).Contains(AkkaPeerTransport.TrustedPath),
            $"akka.remote.trusted-selection-paths must hold \"{AkkaPeerTransport.TrustedPath}\", or no member is heard");
        CheckFrameSize(system, settings, options);
        CheckDispatchers(system, settings);
    }

    private static void CheckAddress(ExtendedActorSystem system, NodeOptions options)
    {
        var self = system.Provider.DefaultAddress;
        Demand(system, self is { Host: not null, Port: not null }, "akka.actor.provider must be remote");
        var peer = options.Members.Single(member => member.Name == options.Name).Peer;
        var at = HostAndPort.Parse(peer);
        Demand(
            system, self.Host == at.Host && self.Port == at.Port,
            $"it listens at {self.Host}:{self.Port}, but the others look for {options.Name} at {peer}: akka.remote.dot-netty.tcp.hostname and port must be those");
    }

    private static void CheckSerializers(ExtendedActorSystem system)
    {
        var serialization = system.Serialization;
        Demand(
            system, serialization.FindSerializerForType(typeof(PeerParcel)) is QuorumSerializer,
            "akka.actor.serialization-bindings must bind the messages of ActorQuorum to its serializer");
        Demand(
            system, Answer(() => serialization.Deserialize(new byte[sizeof(ulong)], QuorumSerializer.WireId, "ended")) is EndedParcel,
            $"the serializer number {QuorumSerializer.WireId} is taken by another one: give that one another number in akka.actor.serialization-identifiers");
        Demand(
            system, Answer(() => serialization.Deserialize([], 1, "")) is RefusedException,
            "akka.actor.serializers.json must be the one that refuses: Akka's own builds any type that a stranger names");
        CheckOtherSerializers(system);
    }

    /// <summary>The last of two serializers of one number gets its messages, without a word; ours may be that one.</summary>
    private static void CheckOtherSerializers(ExtendedActorSystem system)
    {
        foreach (var (type, _) in system.Settings.Config.GetConfig("akka.actor.serialization-bindings").AsEnumerable())
        {
            if (Type.GetType(type) is not { } bound) continue;
            var serializer = system.Serialization.FindSerializerForType(bound);
            Demand(
                system, serializer is QuorumSerializer || serializer.Identifier != QuorumSerializer.WireId,
                $"{serializer.GetType().FullName} has the number {QuorumSerializer.WireId} of ActorQuorum's serializer: "
                + "give it another in akka.actor.serialization-identifiers");
        }
    }

    private static void CheckFrameSize(ActorSystem system, Config settings, NodeOptions options)
    {
        foreach (var transport in settings.GetStringList("akka.remote.enabled-transports", []))
        {
            var key = $"{transport}.maximum-frame-size";
            var needed = (long)options.Limits.FrameSizeBytes + QuorumSettings.EnvelopeBytes;
            var given = settings.GetByteSize(key) ?? 0;
            Demand(
                system, given >= needed,
                $"{key} is {given} bytes and must be {needed} at least (limits.frame-size and {QuorumSettings.EnvelopeBytes} for the envelope): "
                + "Akka drops a larger message and tells nobody");
        }
    }

    private static void CheckDispatchers(ActorSystem system, Config settings)
    {
        var own = HostDispatchers.Own;
        foreach (var dispatcher in new[] { own.Node, own.Storage, own.Disk })
            Demand(system, settings.HasPath(dispatcher) && system.Dispatchers.HasDispatcher(dispatcher), $"{dispatcher} is missing");
    }

    private static object Answer(Func<object> question)
    {
        try
        {
            return question();
        }
#pragma warning disable CA1031 // The exception is the answer.
        catch (Exception answer)
#pragma warning restore CA1031
        {
            return answer;
        }
    }

    private static void Demand(ActorSystem system, bool condition, string otherwise)
    {
        if (!condition) throw new InvalidOperationException($"the actor system {system.Name} cannot hold a quorum: {otherwise}; {Advice}.");
    }
}
