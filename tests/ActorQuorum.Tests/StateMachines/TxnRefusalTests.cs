using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using static ActorQuorum.StateMachines.Etcd.Compare.Types;
using static ActorQuorum.Tests.StateMachines.Txns;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>Which txns are refused, and how. Codes and texts are those of etcd 3.4.23 for the same requests, where not said otherwise.</summary>
[Trait("Row", "RN-2")]
public sealed class TxnRefusalTests
{
    private const string NoKey = "etcdserver: key is not provided";
    private const string DuplicateKey = "etcdserver: duplicate key given in txn request";
    private const string TooMany = "etcdserver: too many operations in txn request";
    private const string NoOperation = "etcdserver: key not found";

    private static readonly Compare s_compare = Version("a", CompareResult.Equal, 0);

    private readonly KeyValueStore _store = new();

    [Fact]
    public void A_key_is_not_put_twice_nor_put_and_deleted()
    {
        Refused(DuplicateKey, Do(Put("k"), Put("k")));
        Refused(DuplicateKey, Do(Put("k"), Delete("k")));
        Refused(DuplicateKey, Do(Delete("k"), Put("k")));
        Refused(DuplicateKey, Do(Delete("j", "l"), Put("k")));
        Refused(DuplicateKey, Txn([], [], Put("k"), Put("k")));
        Refused(DuplicateKey, Do(Delete("b", ToTheEnd), Delete("j", "k"), Delete("k"), Delete("z"), Put("k")));
    }

    [Fact]
    public void Nested_writes_count_whether_or_not_their_branch_is_taken()
    {
        Refused(DuplicateKey, Do(Put("k"), Nested(Put("k"))));
        Refused(DuplicateKey, Do(Nested(Put("k")), Nested(Put("k"))));
        Refused(DuplicateKey, Do(Nested(Put("k")), Else(Put("k"))));
        Refused(DuplicateKey, Do(Else(Put("k")), Nested(Put("k"))));
        Refused(DuplicateKey, Do(Nested([], [Put("k")], Put("k")), Else(Put("k"))));
        Refused(DuplicateKey, Do(Delete("k"), Nested(Put("k"))));
        Refused(DuplicateKey, Do(Nested(Put("k")), Delete("k")));
        Refused(DuplicateKey, Do(Nested(Delete("k")), Nested(Put("k"))));
        Refused(DuplicateKey, Do(Else(Delete("k")), Put("k")));
    }

    [Fact]
    public void What_etcd_lets_through_is_let_through()
    {
        Accepted(Do(Delete("j", "k"), Put("k")));
        Accepted(Txn([], [Put("k")], Put("k")));
        Accepted(Do(Delete("k"), Delete("k"), Delete("a", "z"), Delete("a", "z")));
        Accepted(Do(Nested([], [Put("k")], Put("k"))));
        Accepted(Do(Nested([], [Delete("k")], Put("k"))));
        Accepted(Do(Nested(Put("k")), Nested(Delete("k"))));

        // Gaps in etcd's check: a range_end that is not above the key hides the delete.
        Accepted(Do(Delete("a", ToTheEnd), Put("k")));
        Accepted(Do(Delete("\0", ToTheEnd), Put("k")));
        Accepted(Do(Delete("z", "a"), Put("k")));
    }

    [Fact]
    public void Compares_and_operations_are_bounded()
    {
        var many = Enumerable.Repeat(Get("r"), 129).ToArray();
        Accepted(Txn([.. Enumerable.Repeat(s_compare, 128)], many[1..], many[1..]));
        Refused(TooMany, Do(many));
        Refused(TooMany, Txn([], [], many));
        Refused(TooMany, Txn([.. Enumerable.Repeat(s_compare, 129)], []));
    }

    [Fact]
    public void A_nested_txn_may_have_what_the_one_around_it_leaves_over()
    {
        var gets = Enumerable.Repeat(Get("r"), 127).ToArray();
        Accepted(Do([.. gets[1..], Nested(Get("r"))]));
        Refused(TooMany, Do([.. gets, Nested(Get("r"))]));
        Accepted(Do([.. gets, Nested()]));
        Accepted(Do(Nested([.. Enumerable.Repeat(s_compare, 127)], [])));
        Refused(TooMany, Do(Nested([.. Enumerable.Repeat(s_compare, 128)], [])));
    }

    [Fact]
    public void The_depth_is_bounded_before_the_stack_is()
    {
        Apply(Deep(128)).IsSuccess.ShouldBeTrue();
        (Apply(Deep(129)).Code, Apply(Deep(129)).Error).ShouldBe((3, TooMany));
        (Apply(Deep(100_000)).Code, Apply(Deep(100_000)).Error).ShouldBe((3, TooMany));

        // Written from the inside out: the generated messages do not go as deep.
        static ReadOnlyMemory<byte> Deep(int depth)
        {
            var bytes = new byte[2 + (depth * 10)];
            var start = bytes.Length;
            for (var i = 0; i < depth; i++)
            {
                Prepend(0x22);
                Prepend(0x12);
            }

            return Command.Seal(bytes[(start - 2)..], CommandKind.Txn);

            void Prepend(byte tag)
            {
                var length = bytes.Length - start;
                var size = CodedOutputStream.ComputeLengthSize(length);
                start -= size + 1;
                bytes[start] = tag;
                for (var at = 1; at <= size; at++, length >>= 7)
                {
                    bytes[start + at] = (byte)((length & 0x7F) | (at < size ? 0x80 : 0));
                }
            }
        }
    }

    [Fact]
    public void Every_compare_and_operation_names_a_key()
    {
        Refused(NoKey, Txn([Version("", CompareResult.Equal, 0)], []));
        Refused(NoKey, Do(Put("")));
        Refused(NoKey, Do(Get("")));
        Refused(NoKey, Txn([], [], Delete("")));
        Refused(NoKey, Do(Else(Put(""))));
        Refused(NoOperation, Do(new RequestOp()));
    }

    [Fact]
    public void Of_several_mistakes_the_one_is_named_that_etcd_names()
    {
        Refused(NoKey, Do(Put(""), Nested([.. Enumerable.Repeat(Get("r"), 128)])));
        Refused(TooMany, Do(Nested([.. Enumerable.Repeat(Get("r"), 128)]), Put("")));
        Refused(NoKey, Txn([], [Put("k"), Put("k")], Put("")));
        Refused(NoKey, Txn([Version("", CompareResult.Equal, 0)], [new RequestOp()]));
        Refused(DuplicateKey, Do(Put("k", lease: 7), Put("k")));
    }

    [Fact]
    public void A_lease_is_missed_only_where_it_would_be_used()
    {
        Refused("etcdserver: requested lease not found", Do(Put("a"), Put("k", lease: 7)), code: 5);
        Refused("etcdserver: requested lease not found", Do(Put("a"), Nested(Put("k", lease: 7))), code: 5);
        Accepted(Txn([], [], Put("k", lease: 7)));
        Accepted(Do(Else(Put("k", lease: 7))));
    }

    [Fact]
    public void A_put_keeps_only_what_was_there_before_the_whole()
    {
        Refused(NoOperation, Do(Put("a"), Keep("k")));
        Refused(NoOperation, Do(Nested(Put("k")), Keep("j")));
        Accepted(Txn([], [], Keep("k")));
        Accepted(Do(Put("k")));
        Accepted(Do(Keep("k"), Get("k")));
    }

    /// <summary>etcd 3.4 falls over here, on every node and again at each start.</summary>
    [Fact]
    public void A_put_that_keeps_what_the_txn_itself_deleted_is_refused_and_the_delete_undone()
    {
        Accepted(Do(Put("k")));
        Refused(NoOperation, Do(Delete("a", ToTheEnd), Keep("k")));
        Refused(NoOperation, Do(Put("b"), Nested(Delete("a", ToTheEnd)), Keep("k")));
        Accepted(Do(Keep("k")));
    }

    [Fact]
    public void Puts_are_checked_before_ranges()
    {
        const string Future = "etcdserver: mvcc: required revision is a future revision";
        Refused(Future, Do(Put("a"), Get("a", revision: 2)), code: 11);
        Refused(NoOperation, Do(Get("a", revision: 2), Nested(Keep("k"))));
        Accepted(Txn([], [], Get("a", revision: 2)));
    }

    [Theory]
    [InlineData("0A0100")]
    [InlineData("1201")]
    [InlineData("12020A05")]
    [InlineData("1204120209FF")]
    [InlineData("1204220212FF")]
    [InlineData("1A0422021201")]
    public void Bytes_that_are_no_txn_are_refused(string message) =>
        _store.Apply(1, (byte[])[1, 4, .. Convert.FromHexString(message)]).ShouldBe(Refusal.NotAMessage.At(1));

    private static RequestOp Keep(string key) => new() { RequestPut = new PutRequest { Key = Bytes(key), IgnoreValue = true } };

    private CommandResult Apply(ReadOnlyMemory<byte> command) => _store.Apply(1, command);

    private void Accepted(TxnRequest txn)
    {
        var result = Apply(Command.Encode(CommandKind.Txn, txn));
        result.IsSuccess.ShouldBeTrue($"{result.Error}: {txn}");
    }

    private void Refused(string error, TxnRequest txn, int code = 3)
    {
        var before = ContentDigest.Of((KeyValueView)_store.View);
        var result = Apply(Command.Encode(CommandKind.Txn, txn));
        (result.Code, result.Error).ShouldBe((code, error), $"{txn}");
        ContentDigest.Of((KeyValueView)_store.View).ShouldBe(before);
    }
}
