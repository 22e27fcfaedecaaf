using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using static ActorQuorum.StateMachines.Etcd.Compare.Types;
using static ActorQuorum.Tests.StateMachines.Txns;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>What a txn does. Every expected answer was given by etcd 3.4.23 to the same requests.</summary>
[Trait("Row", "RN-2")]
public sealed class TxnTests
{
    private readonly KeyValueStore _store = new();
    private long _index;

    [Fact]
    public void All_writes_share_one_revision_and_ranges_see_what_stands_before_them()
    {
        Run(Do(Put("a", "1")), 2);
        Run(Do(Put("b", "2")), 3);
        var txn = Do(
            Put("a", "x", wantsPrevious: true),
            Get("a", "c"),
            Delete("b", wantsPrevious: true),
            Delete("zz"),
            Get("b"),
            Nested(Put("n"), Get("n"), Nested()));
        Run(txn, 4).ShouldBe(
            "then; put@4 a=1/2/2/1; get@4 2 a=x/2/4/2 b=2/3/3/1; del@4 1 b=2/3/3/1; del@4 0; get@4 0; "
            + "txn@0 (then; put@4; get@4 1 n=v/4/4/1; txn@0 (then))");
    }

    [Fact]
    public void Headers_tell_the_revision_as_it_was_when_each_operation_ended()
    {
        Run(Do(Delete("zz"), Get("zz"), Put("q", "1"), Delete("zz")), 2).ShouldBe("then; del@1 0; get@1 0; put@2; del@2 0");
        Run(Do(Delete("zz")), 2).ShouldBe("then; del@2 0");
        Run(Do(Delete("q"), Get("q")), 3).ShouldBe("then; del@3 1; get@3 0");
    }

    [Fact]
    public void A_nested_txn_has_an_empty_header()
    {
        var response = TxnResponse.Parser.ParseFrom(Apply(Do(Nested())).Payload.Span);
        response.Header.ShouldBeNull("the front door puts it in");
        response.Responses.Single().ResponseTxn.Header.ShouldBe(new ResponseHeader());
    }

    [Fact]
    public void A_txn_that_changes_nothing_is_no_revision()
    {
        Run(Do(Put("a", "x")), 2);
        Run(Do(Get("a"), Get("zz")), 2).ShouldBe("then; get@2 1 a=x/2/2/1; get@2 0");
        Run(new TxnRequest(), 2).ShouldBe("then");
        Run(Txn([Version("a", CompareResult.Equal, 9)], [Put("a", "y")]), 2).ShouldBe("else");
    }

    [Fact]
    public void A_nested_compare_sees_the_store_as_it_was_before_the_whole() =>
        Run(Do(Put("nc", "1"), Nested([Version("nc", CompareResult.Equal, 0)], [Get("nc")])), 2)
            .ShouldBe("then; put@2; txn@0 (then; get@2 1 nc=1/2/2/1)");

    [Fact]
    public void A_key_put_and_deleted_in_one_txn_is_gone_and_its_next_life_is_new()
    {
        Run(Do(Nested(Put("k")), Nested(Delete("k"))), 2).ShouldBe("then; txn@0 (then; put@2); txn@0 (then; del@2 1)");
        Run(Do(Get("k")), 2).ShouldBe("then; get@2 0");
        Run(Do(Put("k"), Get("k")), 3).ShouldBe("then; put@3; get@3 1 k=v/3/3/1");
        Run(Do(Delete("a", ToTheEnd), Put("k", "w"), Get("k")), 4).ShouldBe("then; del@4 1; put@4; get@4 1 k=w/4/4/1");
    }

    [Theory]
    [InlineData(nameof(CompareResult.Equal), 2, true)]
    [InlineData(nameof(CompareResult.Equal), 3, false)]
    [InlineData(nameof(CompareResult.Greater), 1, true)]
    [InlineData(nameof(CompareResult.Greater), 2, false)]
    [InlineData(nameof(CompareResult.Less), 3, true)]
    [InlineData(nameof(CompareResult.Less), 2, false)]
    [InlineData(nameof(CompareResult.NotEqual), 3, true)]
    [InlineData(nameof(CompareResult.NotEqual), 2, false)]
    public void Numbers_are_compared_key_against_given(string resultName, long number, bool expected)
    {
        var result = Enum.Parse<CompareResult>(resultName);

        // Created at 2; then the second version, of revision 3.
        Run(Do(Put("a", "2")), 2);
        Run(Do(Put("a", "2")), 3);
        Succeeds(Version("a", result, number)).ShouldBe(expected);
        Succeeds(Created("a", result, number)).ShouldBe(expected);
        Succeeds(Modified("a", result, number + 1)).ShouldBe(expected);
        Succeeds(Lease("a", result, number - 2)).ShouldBe(expected);
        Succeeds(Value("a", result, $"{number}")).ShouldBe(expected);
    }

    [Theory]
    [InlineData(nameof(CompareResult.Equal), true)]
    [InlineData(nameof(CompareResult.Greater), false)]
    [InlineData(nameof(CompareResult.Less), false)]
    [InlineData(nameof(CompareResult.NotEqual), false)]
    public void A_key_that_is_not_there_has_zeroes_and_no_value(string resultName, bool expected)
    {
        var result = Enum.Parse<CompareResult>(resultName);
        Succeeds(Version("no", result, 0)).ShouldBe(expected);
        Succeeds(Created("no", result, 0)).ShouldBe(expected);
        Succeeds(Modified("no", result, 0)).ShouldBe(expected);
        Succeeds(Lease("no", result, 0)).ShouldBe(expected);
        Succeeds(Version("no", result, 0, rangeEnd: "np")).ShouldBe(expected);
        Succeeds(Version("no", result, 0, rangeEnd: "a")).ShouldBe(expected, "a range that ends before it begins is empty");
        Succeeds(Value("no", result, "")).ShouldBeFalse();
        Succeeds(Value("no", result, "1")).ShouldBeFalse();
        Succeeds(Value("no", result, "1", rangeEnd: "np")).ShouldBeFalse();
    }

    [Fact]
    public void A_deleted_key_is_not_there()
    {
        Run(Do(Put("a")), 2);
        Run(Do(Delete("a")), 3);
        Succeeds(Modified("a", CompareResult.Equal, 0)).ShouldBeTrue();
        Succeeds(Value("a", CompareResult.Equal, "v")).ShouldBeFalse();
    }

    [Fact]
    public void A_compare_of_a_range_holds_if_it_holds_for_every_key()
    {
        Run(Do(Put("a", "x"), Put("b", "y")), 2);
        Run(Do(Put("b", "x")), 3);
        Succeeds(Value("a", CompareResult.Equal, "x", rangeEnd: "c")).ShouldBeTrue();
        Succeeds(Version("a", CompareResult.Greater, 0, rangeEnd: ToTheEnd)).ShouldBeTrue();
        Succeeds(Version("a", CompareResult.Equal, 1, rangeEnd: ToTheEnd)).ShouldBeFalse();
        Succeeds(Version("a", CompareResult.Equal, 1, rangeEnd: "b")).ShouldBeTrue();
        Succeeds(Modified("a", CompareResult.NotEqual, 2, rangeEnd: "c")).ShouldBeFalse();
    }

    [Fact]
    public void A_compare_without_a_number_or_value_means_zero_or_nothing()
    {
        Run(Do(Put("empty", "")), 2);
        Succeeds(new Compare { Key = Bytes("no") }).ShouldBeTrue();
        Succeeds(new Compare { Key = Bytes("empty"), Target = CompareTarget.Value }).ShouldBeTrue();
    }

    [Fact]
    public void What_is_not_the_targets_counts_as_zero_and_what_is_unknown_holds()
    {
        Run(Do(Put("a", "x")), 2);
        Succeeds(new Compare { Key = Bytes("a"), Target = CompareTarget.Mod, Version = 2 }).ShouldBeFalse();
        Succeeds(new Compare { Key = Bytes("a"), Target = CompareTarget.Mod, Version = 2, Result = CompareResult.Greater }).ShouldBeTrue();
        Succeeds(new Compare { Key = Bytes("a"), Target = CompareTarget.Value, Version = 2, Result = CompareResult.NotEqual }).ShouldBeTrue();
        Succeeds(new Compare { Key = Bytes("a"), Target = (CompareTarget)5, Version = 2 }).ShouldBeTrue();
        Succeeds(new Compare { Key = Bytes("a"), Target = (CompareTarget)5, Result = CompareResult.Less }).ShouldBeFalse();
        Succeeds(new Compare { Key = Bytes("a"), Result = (CompareResult)4, Version = 7 }).ShouldBeTrue();
        Succeeds(new Compare { Key = Bytes("no"), Result = (CompareResult)(-1), Version = 7 }).ShouldBeTrue();
    }

    [Fact]
    public void A_range_reads_the_revision_before_the_txns_own_writes()
    {
        Run(Do(Put("a", "1")), 2);
        Run(Do(Put("a", "2"), Get("a"), Get("a", revision: 2), Get("a", revision: 1)), 3)
            .ShouldBe("then; put@3; get@3 1 a=2/2/3/2; get@3 1 a=1/2/2/1; get@3 0");
    }

    [Fact]
    public void Every_compare_has_to_hold()
    {
        var yes = Version("a", CompareResult.Equal, 0);
        var no = Version("a", CompareResult.Equal, 1);
        Succeeds(yes, yes).ShouldBeTrue();
        Succeeds(yes, no).ShouldBeFalse();
        Succeeds(no, yes).ShouldBeFalse();
    }

    [Fact]
    public void Compare_and_set_lets_the_first_one_through()
    {
        var create = Txn([Created("lock", CompareResult.Equal, 0)], [Put("lock", "me")], Get("lock"));
        Run(create, 2).ShouldBe("then; put@2");
        Run(create, 2).ShouldBe("else; get@2 1 lock=me/2/2/1");
    }

    [Fact]
    public void A_txn_that_only_reads_is_answered_as_a_query_too()
    {
        Run(Do(Put("a", "x")), 2);
        var txn = Txn([Version("a", CompareResult.Equal, 1)], [Get("a"), Nested(Get("b"))], Get("zz"));
        var query = Command.Encode(CommandKind.Txn, txn);
        var answered = _store.View.Query(query);
        Say(TxnResponse.Parser.ParseFrom(answered.Payload.Span)).ShouldBe("then; get@2 1 a=x/2/2/1; txn@0 (then; get@2 0)");
        answered.Payload.ToArray().ShouldBe(_store.Apply(++_index, query).Payload.ToArray());
    }

    [Fact]
    public void A_view_changes_nothing()
    {
        foreach (var txn in new[] { Do(Put("a")), Txn([], [], Put("a")), Do(Nested([], [], Delete("a"))) })
        {
            _store.View.Query(Command.Encode(CommandKind.Txn, txn)).ShouldBe(Refusal.UnknownCommand.At(1));
        }
    }

    private bool Succeeds(params Compare[] compares) => Run(Txn(compares, []), expectedRevision: null) == "then";

    private CommandResult Apply(TxnRequest txn) => _store.Apply(++_index, Command.Encode(CommandKind.Txn, txn));

    private string Run(TxnRequest txn, long? expectedRevision)
    {
        var result = Apply(txn);
        result.Error.ShouldBeNull();
        result.Revision.ShouldBe(expectedRevision ?? result.Revision);
        return Say(TxnResponse.Parser.ParseFrom(result.Payload.Span));
    }
}
