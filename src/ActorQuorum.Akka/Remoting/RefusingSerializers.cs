using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace ActorQuorum.Akka.Remoting;

/// <summary>
/// Takes the place of a serializer that builds whatever type the wire names. Akka.Remote picks a deserializer by the number in the
/// message, before it looks at untrusted mode: to bind no type to it is not enough, its number must be taken.
/// </summary>
internal abstract class RefusingSerializer(ExtendedActorSystem system, int wireId, string name) : SerializerWithStringManifest(system)
{
    /// <inheritdoc/>
    public override int Identifier => wireId;

    /// <inheritdoc/>
    public override string Manifest(object o) => throw Refusal(o);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw Refusal(obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => throw new RefusedException(
        $"Akka's {name} serializer (number {wireId}) is turned off in this system, for it builds types that the wire names. "
        + "Bind your own messages to a serializer of your own (akka.actor.serialization-bindings).");

    private RefusedException Refusal(object o) => new(
        $"a {o?.GetType().FullName} would be sent by Akka's {name} serializer, which is turned off in this system: "
        + "bind it to a serializer of your own (akka.actor.serialization-bindings).");
}

/// <summary>A serializer was called that is turned off.</summary>
internal sealed class RefusedException(string message) : SerializationException(message);

/// <summary>In place of <c>json</c>, to which Akka binds every type that has no serializer of its own.</summary>
internal sealed class RefusingJsonSerializer : RefusingSerializer
{
    /// <summary>As Akka makes it, for there are settings of json in its configuration.</summary>
    public RefusingJsonSerializer(ExtendedActorSystem system, Config settings)
        : base(system, 1, "json") => _ = settings;
}

/// <summary>In place of <c>proto</c>, which builds any generated message type by its .NET name.</summary>
internal sealed class RefusingProtobufSerializer(ExtendedActorSystem system) : RefusingSerializer(system, 2, "proto");

/// <summary>In place of <c>daemon-create</c>: nobody deploys actors from afar into this system.</summary>
internal sealed class RefusingDaemonSerializer(ExtendedActorSystem system) : RefusingSerializer(system, 3, "daemon-create");

/// <summary>In place of <c>akka-misc</c>, which builds exceptions and router configurations by their .NET names.</summary>
internal sealed class RefusingMiscSerializer(ExtendedActorSystem system) : RefusingSerializer(system, 16, "akka-misc");

/// <summary>In place of <c>akka-system-msg</c>: no system message crosses between members, and it builds exceptions by their .NET names.</summary>
internal sealed class RefusingSystemMessageSerializer(ExtendedActorSystem system) : RefusingSerializer(system, 22, "akka-system-msg");
