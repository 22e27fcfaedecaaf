using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using static ActorQuorum.StateMachines.Etcd.Compare.Types;
using static ActorQuorum.StateMachines.Etcd.RangeRequest.Types;

namespace ActorQuorum.EndToEnd.Tests.Etcd;

/// <summary>
/// KV requests of all kinds drawn from a seed, wrong ones among them. Two that bring etcd 3.4 down are left out: a sort target that is none, and
/// a txn that deletes a key to the end of all keys and then puts it with its old value.
/// </summary>
internal sealed class RandomCalls(int seed, int keys)
{
    private readonly Random _random = new(seed);
    private long _revision = 1;
    private long _compacted;

    /// <summary>The next call, given the revision that the stores are at.</summary>
    public KeyValueCall Next(long revision)
    {
        _revision = revision;
        return _random.Next(100) switch
        {
            < 35 => Put(mayIgnore: true),
            < 41 => Delete(mayBeOpen: true),
            < 72 => Range(),
            < 97 => Txn(depth: 2, mayIgnore: Chance(50)),
            _ => Compact(),
        };
    }

    private PutRequest Put(bool mayIgnore)
    {
        var put = new PutRequest
        {
            Key = Key(),
            PrevKv = Chance(30),
            IgnoreValue = mayIgnore && Chance(12),
            IgnoreLease = mayIgnore && Chance(8),
            Lease = Chance(2) ? 77 : 0,
        };
        put.Value = put.IgnoreValue && !Chance(10) ? ByteString.Empty : Value();
        return put;
    }

    // Mostly of few keys: a store that is emptied again and again never grows.
    private DeleteRangeRequest Delete(bool mayBeOpen)
    {
        var first = _random.Next(keys);
        return new DeleteRangeRequest
        {
            Key = KeyOf(first),
            RangeEnd = _random.Next(100) switch
            {
                < 60 => ByteString.Empty,
                < 94 => KeyOf(first + _random.Next(-1, 8)),
                < 97 when mayBeOpen => ByteString.CopyFrom(0),
                _ => RangeEndAbove(first),
            },
            PrevKv = Chance(30),
        };
    }

    private RangeRequest Range() => new()
    {
        Key = Key(),
        RangeEnd = Chance(30) ? ByteString.CopyFrom(0) : RangeEnd(),
        Limit = Chance(40) ? _random.Next(-1, keys + 2) : 0,
        Revision = Chance(35) ? Revision() : 0,
        SortOrder = Chance(50) ? (SortOrder)_random.Next(3) : SortOrder.None,
        SortTarget = Chance(40) ? (SortTarget)_random.Next(5) : SortTarget.Key,
        Serializable = Chance(20),
        KeysOnly = Chance(15),
        CountOnly = Chance(8),
        MinModRevision = Bound(),
        MaxModRevision = Bound(),
        MinCreateRevision = Bound(),
        MaxCreateRevision = Bound(),
    };

    private CompactionRequest Compact()
    {
        // Mostly a good way behind, so that there is history to read; now and then up to now, or wrong.
        var revision = Chance(20) ? Revision() : Chance(20) ? _revision : _compacted + (_revision - _compacted) / 2;
        _compacted = revision <= _revision ? Math.Max(_compacted, revision) : _compacted;
        return new CompactionRequest { Revision = revision, Physical = Chance(50) };
    }

    private TxnRequest Txn(int depth, bool mayIgnore)
    {
        var txn = new TxnRequest();
        txn.Compare.AddRange(Some(2, Compare));
        txn.Success.AddRange(Some(4, () => Operation(depth, mayIgnore)));
        txn.Failure.AddRange(Some(3, () => Operation(depth, mayIgnore)));
        return txn;
    }

    private RequestOp Operation(int depth, bool mayIgnore) => _random.Next(100) switch
    {
        < 1 => new RequestOp(),
        < 42 => new RequestOp { RequestPut = Put(mayIgnore) },
        < 55 => new RequestOp { RequestDeleteRange = Delete(mayBeOpen: !mayIgnore) },
        < 88 => new RequestOp { RequestRange = Range() },
        _ when depth > 0 => new RequestOp { RequestTxn = Txn(depth - 1, mayIgnore) },
        _ => new RequestOp { RequestRange = Range() },
    };

    private Compare Compare()
    {
        var compare = new Compare
        {
            Key = Key(),
            RangeEnd = Chance(30) ? RangeEnd() : ByteString.Empty,
            Target = (CompareTarget)_random.Next(Chance(5) ? 7 : 5),
            Result = (CompareResult)_random.Next(Chance(5) ? 6 : 4),
        };
        switch (Chance(10) ? _random.Next(6) : (int)compare.Target)
        {
            case 0: compare.Version = _random.Next(4); break;
            case 1: compare.CreateRevision = Revision(); break;
            case 2: compare.ModRevision = Revision(); break;
            case 3: compare.Value = Value(); break;
            case 4: compare.Lease = _random.Next(2); break;
            default: break;
        }

        return compare;
    }

    private IEnumerable<T> Some<T>(int most, Func<T> draw) => Enumerable.Range(0, _random.Next(most + 1)).Select(_ => draw());

    private ByteString Key() => Chance(1) ? ByteString.Empty : KeyOf(_random.Next(keys));

    private static ByteString KeyOf(int number) => KeyValueCall.Bytes($"k{Math.Max(0, number):000}");

    private ByteString RangeEnd() => _random.Next(10) switch
    {
        < 4 => ByteString.Empty,
        < 6 => ByteString.CopyFrom(0),
        _ => KeyOf(_random.Next(keys + 1)),
    };

    private ByteString RangeEndAbove(int first) => Chance(90) ? ByteString.Empty : KeyOf(_random.Next(first, keys + 1));

    private ByteString Value() => KeyValueCall.Bytes(new string((char)('a' + _random.Next(3)), _random.Next(4)));

    private long Bound() => Chance(6) ? Revision() : 0;

    private long Revision() => Chance(10)
        ? _revision + _random.Next(-2, 3)
        : Chance(5) ? _random.Next(-2, 3) : Math.Max(0, _revision - _random.Next(60));

    private bool Chance(int percent) => _random.Next(100) < percent;
}
