using ActorQuorum.Cli;
using ActorQuorum.Cli.Keys;
using ActorQuorum.Cli.Transactions;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.EndToEnd.Tests.Transactions;

public sealed class TxnScriptTests
{
    [Fact]
    public void Three_parts_are_read()
    {
        var txn = Read("""
            value("a") = "x y"
            mod("b") > "3"

            put "c d" "say \"hi\"\n"
            get a --prefix --limit 2

            del a z --prev-kv
            """);

        txn.ShouldBe(new TxnRequest
        {
            Compare =
            {
                new Compare { Key = Utf8("a"), Target = Compare.Types.CompareTarget.Value, Value = Utf8("x y") },
                new Compare { Key = Utf8("b"), Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Greater, ModRevision = 3 },
            },
            Success =
            {
                new RequestOp { RequestPut = new PutRequest { Key = Utf8("c d"), Value = Utf8("say \"hi\"\n") } },
                new RequestOp { RequestRange = new RangeRequest { Key = Utf8("a"), RangeEnd = Utf8("b"), Limit = 2 } },
            },
            Failure = { new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = Utf8("a"), RangeEnd = Utf8("z"), PrevKv = true } } },
        });
    }

    [Theory]
    [InlineData("ver(\"k\") = \"1\"", Compare.Types.CompareTarget.Version, Compare.Types.CompareResult.Equal)]
    [InlineData("version(k)!=1", Compare.Types.CompareTarget.Version, Compare.Types.CompareResult.NotEqual)]
    [InlineData("c('k') < 1", Compare.Types.CompareTarget.Create, Compare.Types.CompareResult.Less)]
    [InlineData("create(\"k\")> \"1\"", Compare.Types.CompareTarget.Create, Compare.Types.CompareResult.Greater)]
    [InlineData("m ( k ) = 1", Compare.Types.CompareTarget.Mod, Compare.Types.CompareResult.Equal)]
    [InlineData("val(\"k\") = 1", Compare.Types.CompareTarget.Value, Compare.Types.CompareResult.Equal)]
    [InlineData("lease(\"k\") = \"1\"", Compare.Types.CompareTarget.Lease, Compare.Types.CompareResult.Equal)]
    public void Every_target_and_sign_is_known(string line, Enum target, Enum result)
    {
        var compare = Comparison.Parse(line, Keyspace.Default);

        compare.Key.ShouldBe(Utf8("k"));
        compare.Target.ShouldBe(target);
        compare.Result.ShouldBe(result);
        (compare.Version + compare.CreateRevision + compare.ModRevision + compare.Lease + (compare.Value == Utf8("1") ? 1 : 0)).ShouldBe(1);
    }

    [Fact]
    public void Keys_are_of_the_given_namespace()
    {
        var keys = Keyspace.Named("shop");
        var txn = Read("version(\"a\") = \"0\"\n\nput a b\n\nget a\n", keys);

        txn.Compare[0].Key.ShouldBe(keys.Stored("a"));
        txn.Success[0].RequestPut.Key.ShouldBe(keys.Stored("a"));
        txn.Failure[0].RequestRange.Key.ShouldBe(keys.Stored("a"));
    }

    [Fact]
    public void What_is_missing_at_the_end_is_empty()
    {
        Read("").ShouldBe(new TxnRequest());
        Read("\nput a b").Success.Count.ShouldBe(1);
        Read("\n\nput a b").Failure.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("line 1", "TARGET", "foo")]
    [InlineData("line 1", "no sign", "value(\"a\") ~ \"b\"")]
    [InlineData("line 1", "cannot be compared", "size(\"a\") = \"b\"")]
    [InlineData("line 1", "is no number", "mod(\"a\") = \"b\"")]
    [InlineData("line 1", "TARGET", "mod(\"a\") =")]
    [InlineData("line 1", "TARGET", "mod(\"a\" = \"1\"")]
    [InlineData("line 1", "TARGET", "mod(\"a\") = \"1\" and more")]
    [InlineData("line 1", "KEY is empty", "mod(\"\") = \"1\"")]
    [InlineData("line 2", "is no request", "\nincrement a")]
    [InlineData("line 3", "not closed", "\nput a b\nput a \"b")]
    [InlineData("line 2", "no escape", "\nput a \"\\q\"")]
    [InlineData("line 2", "hexadecimal", "\nput a \"\\xff\"")]
    [InlineData("line 2", "needs a VALUE", "\nput a")]
    [InlineData("line 2", "--frob", "\nget a --frob")]
    public void A_malformed_line_is_named_and_explained(string where, string why, string script)
    {
        var refused = Should.Throw<CommandFailedException>(() => Read(script));

        refused.ExitCode.ShouldBe(2);
        refused.Message.ShouldContain(where + " of the transaction");
        refused.Message.ShouldContain(why);
    }

    [Fact]
    public void Someone_who_types_is_prompted_and_may_type_a_line_again()
    {
        using var said = new StringWriter { NewLine = "\n" };
        using var typed = new StringReader("vlue(\"a\") = \"b\"\nvalue(\"a\") = \"b\"\n\nput a c\n\n\n");

        var txn = new TxnScript(typed, Keyspace.Default, said).Read();

        txn.Compare.Count.ShouldBe(1);
        txn.Success.Count.ShouldBe(1);
        said.ToString().ShouldBe(
            "compares:\nactorquorum: 'vlue' cannot be compared: there are value, version, create, mod and lease. Type the line again.\n\n"
            + "success requests (get, put, del):\n\nfailure requests (get, put, del):\n\n");
    }

    private static TxnRequest Read(string script, Keyspace? keys = null)
    {
        using var reader = new StringReader(script);
        return new TxnScript(reader, keys ?? Keyspace.Default, conversation: null).Read();
    }

    private static ByteString Utf8(string text) => ByteString.CopyFromUtf8(text);
}
