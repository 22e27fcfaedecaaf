namespace ActorQuorum.Storage;

/// <summary>A place in a group's log.</summary>
/// <param name="Index">An entry's index; 0 before the first.</param>
/// <param name="Term">Its term.</param>
internal readonly record struct LogPlace(long Index, long Term);

/// <summary>What a record of kind <see cref="RecordKind.Snapshot"/> says of its place. The numbers stand on disk.</summary>
internal enum PlaceMeaning
{
    /// <summary>Here the group's log ended when this segment began: a start may begin with it.</summary>
    SegmentBegins = 0,

    /// <summary>A durable snapshot stands for the entries up to here: they may go.</summary>
    Compacted = 1,

    /// <summary>A durable snapshot stands for the whole log, which goes on behind it.</summary>
    Reset = 2,
}
