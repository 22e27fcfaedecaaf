namespace ActorQuorum.Akka.Hosting;

/// <summary>The dispatchers of a node, by their place in the system's configuration.</summary>
/// <param name="Node">Of the NodeActor, the ClockActor, the ElectionActor and the transport.</param>
/// <param name="Storage">Of the StorageActor: applying a long command must not delay a vote.</param>
/// <param name="Disk">Of the disk lane, which blocks.</param>
internal sealed record HostDispatchers(string Node, string Storage, string Disk)
{
    /// <summary>Those of akka.conf.</summary>
    public static HostDispatchers Own { get; } = new(
        "akka.actorquorum.node-dispatcher", "akka.actorquorum.storage-dispatcher", "akka.actorquorum.disk-dispatcher");

    /// <summary>The one that every system has: for a node whose disk has a few bytes to write with each change of master.</summary>
    public static HostDispatchers Any { get; } = new(Default, Default, Default);

    private const string Default = "akka.actor.default-dispatcher";
}
