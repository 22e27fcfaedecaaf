using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using static ActorQuorum.StateMachines.Etcd.Compare.Types;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>etcd's txns said in the plainest way.</summary>
internal sealed partial class StoreModel
{
    private bool _isKeptGone;

    /// <summary>Carries a txn out; null, and nothing changes, if it is refused with <paramref name="error"/>.</summary>
    public TxnResponse? Txn(TxnRequest request, out string? error)
    {
        error = Check(request, 128);
        error ??= Writes(request.Success) is null || Writes(request.Failure) is null
            ? "etcdserver: duplicate key given in txn request"
            : null;
        var path = new Queue<bool>();
        string? rangeError = null;
        error ??= Choose(request, path, ref rangeError) ?? rangeError;
        if (error is not null)
        {
            return null;
        }

        var hasChanged = false;
        var before = _keys.ToArray();
        var response = Run(request, path, ref hasChanged);
        if (_isKeptGone)
        {
            // A put was to keep something of a key that the txn itself deleted.
            _isKeptGone = false;
            _keys.Clear();
            Array.ForEach(before, pair => _keys.Add(pair.Key, pair.Value));
            error = "etcdserver: key not found";
            return null;
        }

        response.Header = null;
        if (hasChanged)
        {
            Advance();
        }

        return response;
    }

    private static string? Check(TxnRequest txn, int limit)
    {
        var most = new[] { txn.Compare.Count, txn.Success.Count, txn.Failure.Count }.Max();
        if (most > limit)
        {
            return "etcdserver: too many operations in txn request";
        }

        if (txn.Compare.Any(compare => compare.Key.IsEmpty))
        {
            return "etcdserver: key is not provided";
        }

        return txn.Success.Concat(txn.Failure).Select(operation => Check(operation, limit - most)).FirstOrDefault(error => error is not null);
    }

    private static string? Check(RequestOp operation, int limit) => operation.RequestCase switch
    {
        RequestOp.RequestOneofCase.RequestTxn => Check(operation.RequestTxn, limit),
        RequestOp.RequestOneofCase.None => "etcdserver: key not found",
        RequestOp.RequestOneofCase.RequestPut => CheckPut(operation.RequestPut),
        _ => (operation.RequestRange?.Key ?? operation.RequestDeleteRange.Key).IsEmpty
            ? "etcdserver: key is not provided"
            : null,
    };

    private static (List<ByteString> Puts, List<DeleteRangeRequest> Deletes)? Writes(IReadOnlyList<RequestOp> operations)
    {
        var puts = new List<ByteString>();
        var deletes = operations.Select(operation => operation.RequestDeleteRange).Where(delete => delete is not null).ToList();
        foreach (var nested in operations.Select(operation => operation.RequestTxn).Where(nested => nested is not null))
        {
            if (Writes(nested.Success) is not { } success
                || Writes(nested.Failure) is not { } failure
                || success.Puts.Concat(failure.Puts).Any(key => puts.Contains(key) || deletes.Exists(delete => Covers(delete, key))))
            {
                return null;
            }

            puts.AddRange(success.Puts.Union(failure.Puts));
            deletes.AddRange(success.Deletes.Concat(failure.Deletes));
        }

        foreach (var put in operations.Select(operation => operation.RequestPut).Where(put => put is not null))
        {
            if (puts.Contains(put.Key) || deletes.Exists(delete => Covers(delete, put.Key)))
            {
                return null;
            }

            puts.Add(put.Key);
        }

        return (puts, deletes);
    }

    // As etcd has it, "to the end" is a zero byte here, and covers nothing.
    private static bool Covers(DeleteRangeRequest delete, ByteString key) =>
        delete.RangeEnd.IsEmpty
            ? delete.Key == key
            : Keys.Order.Compare(delete.Key.ToByteArray(), key.ToByteArray()) <= 0
                && Keys.Order.Compare(key.ToByteArray(), delete.RangeEnd.ToByteArray()) < 0;

    // The first mistake of a put counts, wherever it stands, before that of a range.
    private string? Choose(TxnRequest txn, Queue<bool> path, ref string? rangeError)
    {
        string? putError = null;
        var isSuccess = txn.Compare.All(Holds);
        path.Enqueue(isSuccess);
        foreach (var operation in isSuccess ? txn.Success : txn.Failure)
        {
            switch (operation.RequestCase)
            {
                case RequestOp.RequestOneofCase.RequestTxn:
                    var nested = Choose(operation.RequestTxn, path, ref rangeError);
                    putError ??= nested;
                    break;
                case RequestOp.RequestOneofCase.RequestPut:
                    putError ??= CheckKept(operation.RequestPut) ?? (operation.RequestPut.Lease != 0 ? NoLease : null);
                    break;
                case RequestOp.RequestOneofCase.RequestRange when operation.RequestRange.Revision != 0:
                    rangeError ??= operation.RequestRange.Revision > Revision ? Future
                        : operation.RequestRange.Revision < Compacted ? TooOld
                        : null;
                    break;
                default:
                    break;
            }
        }

        return putError;
    }

    private bool Holds(Compare compare)
    {
        var found = Select(compare.Key, compare.RangeEnd);
        return found.Count > 0
            ? found.TrueForAll(kv => Holds(compare, kv))
            : compare.Target != CompareTarget.Value && Holds(compare, new KeyValue());
    }

    private static bool Holds(Compare compare, KeyValue kv)
    {
        var order = compare.Target switch
        {
            CompareTarget.Version => kv.Version.CompareTo(compare.Version),
            CompareTarget.Create => kv.CreateRevision.CompareTo(compare.CreateRevision),
            CompareTarget.Mod => kv.ModRevision.CompareTo(compare.ModRevision),
            CompareTarget.Lease => kv.Lease.CompareTo(compare.Lease),
            _ => Keys.Order.Compare(kv.Value.ToByteArray(), compare.Value.ToByteArray()),
        };
        return compare.Result switch
        {
            CompareResult.Equal => order == 0,
            CompareResult.Greater => order > 0,
            CompareResult.Less => order < 0,
            _ => order != 0,
        };
    }

    private TxnResponse Run(TxnRequest txn, Queue<bool> path, ref bool hasChanged)
    {
        var response = new TxnResponse { Header = new ResponseHeader(), Succeeded = path.Dequeue() };
        foreach (var operation in response.Succeeded ? txn.Success : txn.Failure)
        {
            response.Responses.Add(Run(operation, path, ref hasChanged));
        }

        return response;
    }

    private ResponseOp Run(RequestOp operation, Queue<bool> path, ref bool hasChanged)
    {
        var response = new ResponseOp();
        switch (operation.RequestCase)
        {
            case RequestOp.RequestOneofCase.RequestTxn:
                response.ResponseTxn = Run(operation.RequestTxn, path, ref hasChanged);
                break;
            case RequestOp.RequestOneofCase.RequestPut:
                hasChanged = true;
                _isKeptGone |= CheckKept(operation.RequestPut) is not null;
                response.ResponsePut = Put(operation.RequestPut, Revision + 1);
                response.ResponsePut.Header = Header(hasChanged);
                break;
            case RequestOp.RequestOneofCase.RequestDeleteRange:
                response.ResponseDeleteRange = DeleteRange(operation.RequestDeleteRange, out var deleted);
                hasChanged |= deleted > 0;
                response.ResponseDeleteRange.Header = Header(hasChanged);
                break;
            default:
                response.ResponseRange = Range(operation.RequestRange);
                response.ResponseRange.Header = Header(hasChanged);
                break;
        }

        return response;
    }

    private ResponseHeader Header(bool hasChanged) => new() { Revision = Revision + (hasChanged ? 1 : 0) };
}
