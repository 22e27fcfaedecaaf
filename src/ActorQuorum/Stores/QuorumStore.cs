using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Stores;

/// <summary>
/// The key-value store of a cluster, through one of its nodes; the same keys as etcd's clients see. Any node may be asked: a follower
/// passes writes on to the leader. Each method ends in its answer or in a <see cref="QuorumException"/>.
/// </summary>
/// <param name="node">The node.</param>
public sealed class QuorumStore(IQuorumNode node)
{
    /// <summary>Reads a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="consistency">How fresh the answer must be.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The key, or null if it is not there.</returns>
    /// <exception cref="QuorumException">There is no answer; its <see cref="QuorumException.Error"/> says why.</exception>
    public async Task<StoreEntry?> GetAsync(
        Bytes key, Consistency consistency = Consistency.Linearizable, CancellationToken cancellationToken = default)
    {
        var (response, _) = await Read(new() { Key = key.ToByteString() }, consistency, cancellationToken).ConfigureAwait(false);
        return response.Kvs.Count == 0 ? null : response.Kvs[0].ToEntry();
    }

    /// <summary>Reads the first keys of a range, in the order of the keys.</summary>
    /// <param name="range">Which keys.</param>
    /// <param name="limit">The most of them.</param>
    /// <param name="consistency">How fresh the answer must be.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The keys.</returns>
    /// <exception cref="QuorumException">There is no answer; its <see cref="QuorumException.Error"/> says why.</exception>
    public async Task<StorePage> RangeAsync(
        StoreRange range, int limit = 1000, Consistency consistency = Consistency.Linearizable, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var request = new RangeRequest { Key = Start(range), RangeEnd = End(range), Limit = limit };
        var (response, revision) = await Read(request, consistency, cancellationToken).ConfigureAwait(false);
        return response.ToPage(revision);
    }

    /// <summary>Writes a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="cancellationToken">Gives up waiting; the write may still take effect.</param>
    /// <returns>The revision that the write made.</returns>
    /// <exception cref="QuorumException">The write was not acknowledged; its <see cref="QuorumException.Error"/> says whether it may have taken effect.</exception>
    public async Task<long> PutAsync(Bytes key, Bytes value, CancellationToken cancellationToken = default)
    {
        var request = new PutRequest { Key = key.ToByteString(), Value = value.ToByteString() };
        return (await Write(CommandKind.Put, request, cancellationToken).ConfigureAwait(false)).Revision;
    }

    /// <summary>Deletes a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Gives up waiting; the delete may still take effect.</param>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="QuorumException">The delete was not acknowledged; its <see cref="QuorumException.Error"/> says whether it may have taken effect.</exception>
    public async Task<bool> DeleteAsync(Bytes key, CancellationToken cancellationToken = default) =>
        await DeleteAsync(StoreRange.Of(key), cancellationToken).ConfigureAwait(false) > 0;

    /// <summary>Deletes the keys of a range, as one revision.</summary>
    /// <param name="range">Which keys.</param>
    /// <param name="cancellationToken">Gives up waiting; the delete may still take effect.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="QuorumException">The delete was not acknowledged; its <see cref="QuorumException.Error"/> says whether it may have taken effect.</exception>
    public async Task<long> DeleteAsync(StoreRange range, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        var request = new DeleteRangeRequest { Key = Start(range), RangeEnd = End(range) };
        var result = await Write(CommandKind.DeleteRange, request, cancellationToken).ConfigureAwait(false);
        return DeleteRangeResponse.Parser.ParseFrom(result.Payload.Span).Deleted;
    }

    /// <summary>Writes a key if nobody has written it since it was read.</summary>
    /// <param name="key">The key.</param>
    /// <param name="modRevision">The <see cref="StoreEntry.ModRevision"/> that was read; 0 if the key was not there.</param>
    /// <param name="value">Its new value.</param>
    /// <param name="cancellationToken">Gives up waiting; the write may still take effect.</param>
    /// <returns>Whether it was written, and the store's revision: if it was, the key's new <see cref="StoreEntry.ModRevision"/>.</returns>
    /// <exception cref="QuorumException">The write was not acknowledged; its <see cref="QuorumException.Error"/> says whether it may have taken effect.</exception>
    public Task<StoreOutcome> CompareAndSetAsync(Bytes key, long modRevision, Bytes value, CancellationToken cancellationToken = default) =>
        CommitAsync(new StoreTransaction().WhenUnchanged(key, modRevision).Put(key, value), cancellationToken);

    /// <summary>Makes the writes of a transaction, if its conditions hold.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="cancellationToken">Gives up waiting; the writes may still take effect.</param>
    /// <returns>Whether they were made.</returns>
    /// <exception cref="QuorumException">The transaction was not acknowledged; its <see cref="QuorumException.Error"/> says whether it may have taken effect.</exception>
    public async Task<StoreOutcome> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var result = await Write(CommandKind.Txn, transaction.Request, cancellationToken).ConfigureAwait(false);
        return new(TxnResponse.Parser.ParseFrom(result.Payload.Span).Succeeded, result.Revision);
    }

    private static ByteString Start(StoreRange range) => UnsafeByteOperations.UnsafeWrap(range.Interval.Start);

    private static ByteString End(StoreRange range) => UnsafeByteOperations.UnsafeWrap(range.Interval.RangeEnd);

    private static CommandResult Checked(CommandResult result) =>
        result.IsSuccess ? result : throw new QuorumException(QuorumError.Refused, result.Error ?? "the store refused the request without a word");

    private async Task<(RangeResponse Response, long Revision)> Read(
        RangeRequest request, Consistency consistency, CancellationToken cancellationToken)
    {
        var result = await node.QueryAsync(Command.Encode(CommandKind.Range, request), consistency, cancellationToken).ConfigureAwait(false);
        return (RangeResponse.Parser.ParseFrom(Checked(result).Payload.Span), result.Revision);
    }

    private async Task<CommandResult> Write(CommandKind kind, IMessage request, CancellationToken cancellationToken) =>
        Checked(await node.ProposeAsync(Command.Encode(kind, request), cancellationToken).ConfigureAwait(false));
}
