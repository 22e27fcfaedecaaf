namespace ActorQuorum.TestKit.Faults;

/// <summary>What a <see cref="Nemesis"/> may do to a cluster.</summary>
public enum FaultKind
{
    /// <summary>A process dies; what it wrote stays in the system's cache.</summary>
    Crash,

    /// <summary>A machine loses power: unflushed bytes are lost, torn, or kept by sectors.</summary>
    PowerLoss,

    /// <summary>The network splits in two.</summary>
    Partition,

    /// <summary>One direction between two nodes is cut.</summary>
    OneWayCut,

    /// <summary>Some messages are lost.</summary>
    Loss,

    /// <summary>Some messages of the core arrive a second time, up to a second later.</summary>
    Duplication,

    /// <summary>Messages take up to a second.</summary>
    Delay,

    /// <summary>A process is swapped out for up to two seconds.</summary>
    Pause,

    /// <summary>A disk takes up to 200 ms for a flush.</summary>
    SlowDisk,

    /// <summary>A flush fails: the node must stop itself.</summary>
    FlushFailure,

    /// <summary>A disk fills up: writes are refused, then the node must stop itself.</summary>
    FullDisk,

    /// <summary>A clock runs up to five hundredths fast or slow.</summary>
    ClockDrift,

    /// <summary>A stopped node's disk is lost; one at a time, and only while all others are proven and run.</summary>
    Wipe,

    /// <summary>Durable bytes of a stopped node are damaged: its start must be refused, then its disk is replaced.</summary>
    Rot,

    /// <summary>A process gets too little of the processor: each turn of its actors comes up to 80 ms late.</summary>
    Starvation,

    /// <summary>A node is asked to hand its leadership over, if it leads.</summary>
    HandOver,

    /// <summary>A node is stopped as <c>q</c> does: it hands over, ends its requests and closes its log; then it starts again.</summary>
    CleanStop,

    /// <summary>Some messages of the core are overtaken by those sent up to a second later.</summary>
    Reordering,

    /// <summary>A stopped node's data directory is reset: to its cluster a lost disk, and as rare.</summary>
    Reset,

    /// <summary>A stopped node goes on alone, with clients and crashes of its own, and comes home by a reset: to its cluster a lost disk, and as rare.</summary>
    Solo,
}
