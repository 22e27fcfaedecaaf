using ActorQuorum.StateMachines.Etcd;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using static ActorQuorum.StateMachines.Etcd.RangeRequest.Types;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>Ranges by chance, with every option.</summary>
internal static class Ranges
{
    private static readonly Gen<bool> s_coin = Gen.Elements(true, false);

    /// <summary>A revision, often one that is there.</summary>
    public static Gen<long> Revision { get; } = Gen.Frequency((8, Gen.Choose(0, 120)), (1, Gen.Choose(-2, 3))).Select(revision => (long)revision);

    /// <summary>A range.</summary>
    public static Gen<RangeRequest> Any { get; } =
        from plain in Plain()
        from revision in Seldom(Revision, 3)
        from order in Gen.Elements(Enum.GetValues<SortOrder>())
        from target in Gen.Elements(Enum.GetValues<SortTarget>())
        from isSorted in s_coin
        from minMod in Seldom(Revision, 8)
        from maxMod in Seldom(Revision, 8)
        from minCreate in Seldom(Revision, 8)
        from maxCreate in Seldom(Revision, 8)
        select new RangeRequest(plain)
        {
            Revision = revision,
            SortOrder = isSorted ? order : SortOrder.None,
            SortTarget = isSorted ? target : SortTarget.Key,
            MinModRevision = minMod,
            MaxModRevision = maxMod,
            MinCreateRevision = minCreate,
            MaxCreateRevision = maxCreate,
        };

    private static Gen<RangeRequest> Plain() =>
        from key in Keys.Few
        from end in Keys.RangeEnd
        from limit in Gen.Choose(-1, 5)
        from keysOnly in s_coin
        from countOnly in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new RangeRequest
        {
            Key = ByteString.CopyFrom(key), RangeEnd = ByteString.CopyFrom(end), Limit = limit, KeysOnly = keysOnly, CountOnly = countOnly,
        };

    private static Gen<long> Seldom(Gen<long> value, int times) => Gen.Frequency((times, Gen.Constant(0L)), (1, value));
}
