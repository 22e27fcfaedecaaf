using ActorQuorum.StateMachines.Etcd;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using static ActorQuorum.StateMachines.Etcd.Compare.Types;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>Txns by chance: over few keys, so that compares hold and writes collide often enough.</summary>
internal static class TxnScripts
{
    private static readonly Gen<bool> s_coin = Gen.Elements(true, false);

    private static readonly Gen<ByteString> s_key = Keys.Few.Select(ByteString.CopyFrom);

    private static readonly Gen<ByteString> s_rangeEnd = Keys.RangeEnd.Select(ByteString.CopyFrom);

    private static readonly Gen<ByteString> s_value = Gen.Elements("", "1", "2", "22").Select(ByteString.CopyFromUtf8);

    private static readonly Gen<RequestOp> s_put =
        from key in s_key
        from value in s_value
        from wantsPrevious in s_coin
        from lease in Gen.Frequency((60, Gen.Constant(0L)), (1, Gen.Constant(7L)))
        from keeps in Gen.Frequency((40, Gen.Constant(0)), (2, Gen.Constant(1)), (1, Gen.Constant(2)))
        select new RequestOp
        {
            RequestPut = new PutRequest
            {
                Key = key,
                Value = keeps == 1 ? ByteString.Empty : value,
                PrevKv = wantsPrevious,
                Lease = lease,
                IgnoreValue = keeps == 1,
                IgnoreLease = keeps == 2,
            },
        };

    private static readonly Gen<RequestOp> s_delete =
        from key in s_key
        from end in s_rangeEnd
        from wantsPrevious in s_coin
        select new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = key, RangeEnd = end, PrevKv = wantsPrevious } };

    private static readonly Gen<RequestOp> s_range = Ranges.Any.Select(range => new RequestOp { RequestRange = range });

    private static readonly Gen<Compare> s_compare =
        from key in s_key
        from end in Gen.Frequency((2, Gen.Constant(ByteString.Empty)), (1, s_rangeEnd))
        from target in Gen.Elements(Enum.GetValues<CompareTarget>())
        from result in Gen.Elements(Enum.GetValues<CompareResult>())
        from number in Gen.Choose(0, 6)
        from value in s_value
        select Compare(key, end, target, result, number, value);

    private static readonly Gen<RequestOp> s_mistake =
        Gen.Elements(new RequestOp(), new RequestOp { RequestPut = new PutRequest() }, new RequestOp { RequestRange = new RangeRequest() });

    /// <summary>A txn.</summary>
    public static Gen<TxnRequest> Txn { get; } = Deep(2);

    private static Gen<TxnRequest> Deep(int depth)
    {
        var operation = depth == 0
            ? Gen.Frequency((300, s_put), (80, s_delete), (200, s_range), (1, s_mistake))
            : Gen.Frequency(
                (300, s_put), (80, s_delete), (200, s_range), (1, s_mistake),
                (60, Deep(depth - 1).Select(nested => new RequestOp { RequestTxn = nested })));
        return
            from compares in Few(s_compare, 2)
            from success in Few(operation, 4)
            from failure in Few(operation, 4)
            select new TxnRequest { Compare = { compares }, Success = { success }, Failure = { failure } };
    }

    private static Gen<T[]> Few<T>(Gen<T> element, int most) =>
        from count in Gen.Choose(0, most) from elements in Gen.ArrayOf(element, count) select elements;

    private static Compare Compare(
        ByteString key, ByteString end, CompareTarget target, CompareResult result, long number, ByteString value)
    {
        var compare = new Compare { Key = key, RangeEnd = end, Target = target, Result = result };
        switch (target)
        {
            case CompareTarget.Version:
                compare.Version = number;
                break;
            case CompareTarget.Create:
                compare.CreateRevision = number;
                break;
            case CompareTarget.Mod:
                compare.ModRevision = number;
                break;
            case CompareTarget.Value:
                compare.Value = value;
                break;
            default:
                compare.Lease = number / 5;
                break;
        }

        return compare;
    }
}
