using ActorQuorum.StateMachines.Etcd;

namespace ActorQuorum.Stores;

/// <summary>
/// Writes that are made together, as one revision, if every condition holds when they are applied; otherwise none is made. At most 128
/// conditions and 128 writes; a key is written once.
/// </summary>
public sealed class StoreTransaction
{
    /// <summary>The request.</summary>
    internal TxnRequest Request { get; } = new();

    /// <summary>Only if the key is there.</summary>
    /// <param name="key">The key.</param>
    /// <returns>This transaction.</returns>
    public StoreTransaction WhenPresent(Bytes key) =>
        When(key, new() { Target = Compare.Types.CompareTarget.Create, CreateRevision = 0, Result = Compare.Types.CompareResult.NotEqual });

    /// <summary>Only if the key is not there.</summary>
    /// <param name="key">The key.</param>
    /// <returns>This transaction.</returns>
    public StoreTransaction WhenMissing(Bytes key) => When(key, new() { Target = Compare.Types.CompareTarget.Create, CreateRevision = 0 });

    /// <summary>Only if the key has this value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>This transaction.</returns>
    public StoreTransaction WhenValue(Bytes key, Bytes value) =>
        When(key, new() { Target = Compare.Types.CompareTarget.Value, Value = value.ToByteString() });

    /// <summary>Only if the key was last put at this revision.</summary>
    /// <param name="key">The key.</param>
    /// <param name="modRevision">The revision that a read gave; 0: the key is not there.</param>
    /// <returns>This transaction.</returns>
    public StoreTransaction WhenUnchanged(Bytes key, long modRevision) =>
        When(key, new() { Target = Compare.Types.CompareTarget.Mod, ModRevision = modRevision });

    /// <summary>Puts a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This transaction.</returns>
    public StoreTransaction Put(Bytes key, Bytes value)
    {
        Request.Success.Add(new RequestOp { RequestPut = new() { Key = key.ToByteString(), Value = value.ToByteString() } });
        return this;
    }

    /// <summary>Deletes a key, if it is there.</summary>
    /// <param name="key">The key.</param>
    /// <returns>This transaction.</returns>
    public StoreTransaction Delete(Bytes key)
    {
        Request.Success.Add(new RequestOp { RequestDeleteRange = new() { Key = key.ToByteString() } });
        return this;
    }

    private StoreTransaction When(Bytes key, Compare condition)
    {
        condition.Key = key.ToByteString();
        Request.Compare.Add(condition);
        return this;
    }
}
