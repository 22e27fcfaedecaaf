using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using static ActorQuorum.EndToEnd.Tests.Etcd.KeyValueCall;
using static ActorQuorum.StateMachines.Etcd.Compare.Types;
using static ActorQuorum.StateMachines.Etcd.RangeRequest.Types;

namespace ActorQuorum.EndToEnd.Tests.Etcd;

/// <summary>Every way in which etcd's KV service refuses a request, and its less plain answers: the same from a real etcd and from a node of ours.</summary>
[Trait("Row", "RN-4")]
public sealed class DirectedCallsTests(EtcdPair pair) : IClassFixture<EtcdPair>
{
    private const string NoKey = "etcdserver: key is not provided";
    private const string NotFound = "etcdserver: key not found";
    private const string Duplicate = "etcdserver: duplicate key given in txn request";
    private const string TooMany = "etcdserver: too many operations in txn request";
    private const string TooLarge = "etcdserver: request is too large";
    private const string NoLease = "etcdserver: requested lease not found";
    private const string Compacted = "etcdserver: mvcc: required revision has been compacted";
    private const string Future = "etcdserver: mvcc: required revision is a future revision";

    private static readonly ByteString All = ByteString.CopyFrom(0);

    [SkippableFact]
    public async Task A_request_without_a_key_is_refused()
    {
        foreach (var call in new KeyValueCall[] { Put(""), Get(""), Delete(""), Get("", "z"), Delete("", ToTheEnd) })
            await RefusedAsync(3, NoKey, call);
        foreach (var operation in new IMessage[] { Put(""), Get(""), Delete("") })
        {
            await RefusedAsync(3, NoKey, Do(operation));
            await RefusedAsync(3, NoKey, Else(Do(Else(operation))));
        }

        await RefusedAsync(3, NoKey, new TxnRequest { Compare = { new Compare() } });
        await UnharmedAsync();
    }

    [SkippableFact]
    public async Task A_put_that_keeps_what_is_not_there_or_what_it_gives_is_refused()
    {
        await RefusedAsync(3, NotFound, new PutRequest { Key = Bytes("keep/no"), IgnoreValue = true });
        await RefusedAsync(3, NotFound, new PutRequest { Key = Bytes("keep/no"), Value = Bytes("v"), IgnoreLease = true });
        await RefusedAsync(3, "etcdserver: value is provided", new PutRequest { Key = Bytes("k"), Value = Bytes("v"), IgnoreValue = true });
        await RefusedAsync(3, "etcdserver: lease is provided", new PutRequest { Key = Bytes("k"), Lease = 7, IgnoreLease = true });
        await RefusedAsync(3, NotFound, Do(new PutRequest { Key = Bytes("keep/no"), IgnoreValue = true }));
        await RefusedAsync(3, "etcdserver: value is provided", Else(new PutRequest { Key = Bytes("k"), Value = Bytes("v"), IgnoreValue = true }));

        await AcceptedAsync(Put("keep/yes", "old"));
        var kept = await AcceptedAsync(new PutRequest { Key = Bytes("keep/yes"), IgnoreValue = true, PrevKv = true });
        ((PutResponse)kept).PrevKv.Value.ShouldBe(Bytes("old"));
        await AcceptedAsync(new PutRequest { Key = Bytes("keep/yes"), Value = Bytes("new"), IgnoreLease = true });
        await AcceptedAsync(Do(new PutRequest { Key = Bytes("keep/yes"), IgnoreValue = true, IgnoreLease = true }, Get("keep/yes")));
        var found = (RangeResponse)await AcceptedAsync(Get("keep/yes"));
        (found.Kvs[0].Value, found.Kvs[0].Version).ShouldBe((Bytes("new"), 4));
        await UnharmedAsync();
    }

    [SkippableFact]
    public async Task A_lease_that_is_not_there_is_told_after_what_the_request_alone_tells()
    {
        var leased = new PutRequest { Key = Bytes("k"), Value = Bytes("v"), Lease = 0x1234 };
        await RefusedAsync(5, NoLease, leased);
        await RefusedAsync(5, NoLease, new PutRequest(leased) { Lease = -1 });
        await RefusedAsync(5, NoLease, Do(leased));
        await AcceptedAsync(Else(leased));
        await RefusedAsync(3, TooLarge, new PutRequest(leased) { Value = ByteString.CopyFrom(new byte[1_600_000]) });

        // A put of its own looks for the lease first, one in a txn for the key.
        var keeping = new PutRequest { Key = Bytes("lease/no"), IgnoreValue = true, Lease = 5 };
        await RefusedAsync(5, NoLease, keeping);
        await RefusedAsync(3, NotFound, Do(keeping));
        await UnharmedAsync();
    }

    [SkippableFact]
    public async Task Too_many_operations_are_refused()
    {
        await AcceptedAsync(Do([.. Enumerable.Range(0, 128).Select(i => Put($"many/{i}"))]));
        await RefusedAsync(3, TooMany, Do([.. Enumerable.Range(0, 129).Select(i => Put($"many/{i}"))]));
        await RefusedAsync(3, TooMany, Else([.. Enumerable.Range(0, 129).Select(_ => Get("a"))]));
        await RefusedAsync(3, TooMany, new TxnRequest { Compare = { Enumerable.Range(0, 129).Select(_ => new Compare { Key = Bytes("a") }) } });

        // A nested txn may hold what the one around it leaves over.
        await AcceptedAsync(Do([Do([.. Enumerable.Range(0, 127).Select(_ => Get("a"))])]));
        await RefusedAsync(3, TooMany, Do([Do([.. Enumerable.Range(0, 128).Select(_ => Get("a"))])]));
        await UnharmedAsync();
    }

    [SkippableFact]
    public async Task A_key_given_twice_is_refused_as_far_as_etcd_looks()
    {
        TxnRequest[] refused =
        [
            Do(Put("k"), Put("k")),
            Else(Put("k"), Put("k")),
            Do(Put("k"), Delete("k")),
            Do(Delete("k"), Put("k")),
            Do(Delete("j", "l"), Put("k")),
            Do(Put("k"), Do(Put("k"))),
            Do(Put("k"), Do(Else(Put("k")))),
            Do(Do(Put("k")), Else(Put("k"))),
            Do(Delete("k"), Do(Put("k"))),
            Do(Do(Delete("a", "z")), Put("k")),
            Do(Do(Delete("k")), Do(Put("k"))),
        ];
        foreach (var txn in refused)
            await RefusedAsync(3, Duplicate, txn);

        TxnRequest[] accepted =
        [
            Do(Delete("k"), Delete("k"), Delete("a", "z")),
            Do(Delete("k", "j"), Put("k")),
            Do(Delete("a", ToTheEnd), Put("k")),
            Do(Do(Put("k")), Do(Delete("k"))),
            new TxnRequest { Success = { Operation(Put("k")) }, Failure = { Operation(Put("k")) } },
            Do(new TxnRequest { Success = { Operation(Put("k")) }, Failure = { Operation(Put("k")) } }),
        ];
        foreach (var txn in accepted)
            await AcceptedAsync(txn);
        await RefusedAsync(3, NotFound, new TxnRequest { Success = { new RequestOp() } });
        await UnharmedAsync();
    }

    [SkippableFact]
    public async Task A_request_over_the_limit_is_refused_whether_it_is_one_value_or_many()
    {
        var half = ByteString.CopyFrom(new byte[800_000]);
        await RefusedAsync(3, TooLarge, new PutRequest { Key = Bytes("large"), Value = ByteString.CopyFrom(new byte[3 << 19]) });
        await RefusedAsync(3, TooLarge, Do(new PutRequest { Key = Bytes("large/a"), Value = half }, new PutRequest { Key = Bytes("large/b"), Value = half }));
        await RefusedAsync(3, TooLarge, new DeleteRangeRequest { Key = ByteString.CopyFrom(new byte[3 << 19]) });
        await RefusedAsync(
            8, "grpc: received message larger than max (3145733 vs. 2097152)",
            new PutRequest { Key = Bytes("large"), Value = ByteString.CopyFrom(new byte[(3 << 20) - 7]) });
        await AcceptedAsync(new PutRequest { Key = Bytes("large"), Value = ByteString.CopyFrom(new byte[(3 << 19) - 100]) });
        await AcceptedAsync(Delete("large"));
        await UnharmedAsync();
    }

    [SkippableFact]
    public async Task Compactions_and_reads_below_or_beyond_are_refused()
    {
        await AcceptedAsync(Put("c/a", "1"));
        var first = pair.Revision;
        await AcceptedAsync(Put("c/a", "2"));
        await AcceptedAsync(Put("c/b", "1"));
        await AcceptedAsync(Delete("c/a"));
        await AcceptedAsync(Put("c/c", "1"));
        var last = pair.Revision;

        for (var revision = first; revision <= last; revision++)
            await AcceptedAsync(Get("c/", "c0", revision));
        foreach (var compacted in new[] { first + 1, first + 3, last })
        {
            await AcceptedAsync(Compact(compacted, physical: compacted == last));
            await RefusedAsync(11, Compacted, Compact(compacted));
            await RefusedAsync(11, Compacted, Compact(0));
            await RefusedAsync(11, Compacted, Compact(-7, physical: true));
            await RefusedAsync(11, Future, Compact(last + 1));
            await RefusedAsync(11, Compacted, Get("c/a", "", compacted - 1));
            await RefusedAsync(11, Compacted, new RangeRequest { Key = All, RangeEnd = All, Revision = 1, CountOnly = true, Serializable = true });
            await RefusedAsync(11, Compacted, Do(Get("c/a", "", compacted - 1)));
            await RefusedAsync(11, Compacted, Do(Put("c/a"), Do(Get("c/a", "", compacted - 1))));
            for (var revision = compacted; revision <= last; revision++)
                await AcceptedAsync(Get("c/", "c0", revision));
        }

        await RefusedAsync(11, Future, Get("c/a", "", last + 1));
        await RefusedAsync(11, Future, Do(Get("c/a", "", last + 1)));
        await RefusedAsync(11, Future, Do(Put("c/a"), Get("c/a", "", last + 1)));
        await AcceptedAsync(Get("c/a", "", -1));
        await RefusedAsync(11, Compacted, Do(Get("c/a", "", -1)));
        await UnharmedAsync();
    }

    [SkippableFact]
    public async Task A_txn_is_refused_for_its_puts_before_its_ranges_and_only_on_the_branch_taken()
    {
        var (badPut, badRange) = (new PutRequest { Key = Bytes("t/no"), IgnoreValue = true }, Get("t/no", "", pair.Revision + 50));
        await RefusedAsync(3, NotFound, Do(badRange, badPut));
        await RefusedAsync(3, NotFound, Do(Do(badRange), Do(badPut)));
        await RefusedAsync(11, Future, Do(badRange, Put("t/a")));
        await AcceptedAsync(Else(badRange, badPut));
        await UnharmedAsync();
    }

    [SkippableFact]
    public async Task A_txn_reads_the_revision_before_its_own_writes()
    {
        await AcceptedAsync(Put("w/a", "before"));
        var txn = Do(Put("w/a", "within"), Get("w/a", "", pair.Revision), Get("w/a"), Do(Get("w/", "w0", pair.Revision)));
        var answer = (TxnResponse)await AcceptedAsync(txn);
        answer.Responses[1].ResponseRange.Kvs[0].Value.ShouldBe(Bytes("before"));
        answer.Responses[2].ResponseRange.Kvs[0].Value.ShouldBe(Bytes("within"));
        await UnharmedAsync();
    }

    [SkippableFact]
    public async Task Ranges_are_sorted_bounded_and_cut_as_by_etcd()
    {
        foreach (var (key, value) in new[] { ("s/b", "3"), ("s/a", "2"), ("s/d", "1"), ("s/c", "2"), ("s/a", "9"), ("s/d", "0"), ("s/d", "5") })
            await AcceptedAsync(Put(key, value));
        await AcceptedAsync(Delete("s/b"));
        await AcceptedAsync(Put("s/b", "4"));
        var last = pair.Revision;
        foreach (var target in Enum.GetValues<SortTarget>())
        {
            foreach (var order in Enum.GetValues<SortOrder>())
            {
                for (var limit = -1; limit <= 5; limit++)
                {
                    var range = new RangeRequest { Key = Bytes("s/"), RangeEnd = Bytes("s0"), SortTarget = target, SortOrder = order, Limit = limit };
                    await AcceptedAsync(range);
                    await AcceptedAsync(new RangeRequest(range) { Revision = last - 2 });
                    await AcceptedAsync(new RangeRequest(range) { KeysOnly = true, MinModRevision = last - 4 });
                    await AcceptedAsync(new RangeRequest(range) { MaxModRevision = last - 3, MinCreateRevision = last - 7, MaxCreateRevision = last });
                    await AcceptedAsync(new RangeRequest(range) { CountOnly = true, MaxModRevision = 1 });
                }
            }
        }

        await AcceptedAsync(new RangeRequest { Key = Bytes("s/a"), Limit = long.MaxValue, MaxModRevision = 1 });
        await AcceptedAsync(new RangeRequest { Key = Bytes("s/"), RangeEnd = All, Limit = long.MaxValue, SortTarget = SortTarget.Mod });
        await AcceptedAsync(new RangeRequest { Key = Bytes("s/"), RangeEnd = Bytes("a"), SortOrder = SortOrder.Descend });
        await UnharmedAsync();
    }

    [SkippableFact]
    public async Task Compares_of_every_target_result_and_union_decide_as_by_etcd()
    {
        await AcceptedAsync(Put("cmp/a", "1"));
        await AcceptedAsync(Put("cmp/a", "2"));
        await AcceptedAsync(Put("cmp/b", ""));
        for (var target = 0; target <= 5; target++)
        {
            for (var result = 0; result <= 4; result++)
            {
                foreach (var (key, end) in new[] { ("cmp/a", ""), ("cmp/b", ""), ("cmp/no", ""), ("cmp/", "cmp0"), ("cmp/z", ToTheEnd), ("cmp/z", "cmp/y") })
                {
                    foreach (var union in Unions(pair.Revision))
                    {
                        var compare = new Compare(union)
                        {
                            Target = (CompareTarget)target, Result = (CompareResult)result, Key = Bytes(key), RangeEnd = Bytes(end),
                        };
                        await AcceptedAsync(new TxnRequest { Compare = { compare } });
                    }
                }
            }
        }
    }

    private static IEnumerable<Compare> Unions(long revision) =>
    [
        new(),
        new() { Version = 1 },
        new() { CreateRevision = revision - 2 },
        new() { ModRevision = revision },
        new() { Value = Bytes("2") },
        new() { Lease = 1 },
    ];

    private async Task RefusedAsync(int code, string text, KeyValueCall call)
    {
        var answer = await pair.SameAsync(call);
        (answer.Code, answer.Text).ShouldBe((code, text), call.ToString());
    }

    private async Task<IMessage> AcceptedAsync(KeyValueCall call)
    {
        var answer = await pair.SameAsync(call);
        (answer.Code, answer.Text).ShouldBe((0, ""), call.ToString());
        return answer.Message!;
    }

    /// <summary>Both go on, and hold the same.</summary>
    private async Task UnharmedAsync()
    {
        await AcceptedAsync(Put("unharmed"));
        await AcceptedAsync(Get("\0", ToTheEnd));
    }
}
