using System.Buffers;
using System.Text;
using ActorQuorum.Server.Json;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Tests.Json;

/// <summary>The answers are those of etcd 3.4.23, as it gave them.</summary>
[Trait("Row", "RN-8")]
public sealed class JsonMessageTests
{
    private static readonly JsonParser s_googles = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
    private static readonly JsonFormatter s_googlesFormatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    [Theory]
    [InlineData("\"YmFy\"", "bar")]
    [InlineData("\"Ym\\nFy\"", "bar")]
    [InlineData("\"Y\\r\\nQ=\\n=\\n\"", "a")]
    [InlineData("\"YR==\"", "a")]
    [InlineData("\"YmE=\"", "ba")]
    [InlineData("\"\\u0059mFy\"", "bar")]
    [InlineData("[98, 97, 114]", "bar")]
    [InlineData("[]", "")]
    [InlineData("\"\"", "")]
    [InlineData("null", "")]
    public void Bytes_are_base64_or_numbers(string json, string expected) =>
        Put($$"""{"value":{{json}}}""").Value.ToStringUtf8().ShouldBe(expected);

    [Theory]
    [InlineData("!!!", 0)]
    [InlineData("YmFyZ", 4)]
    [InlineData("YmFyZg", 4)]
    [InlineData("YmFyZg=", 7)]
    [InlineData("YmFyZg===", 8)]
    [InlineData("YQ=x", 2)]
    [InlineData("YQ==YQ==", 4)]
    [InlineData("Y", 0)]
    [InlineData("Y===", 1)]
    [InlineData("====", 0)]
    [InlineData("YmFy*", 4)]
    [InlineData("YmFyY*==", 5)]
    [InlineData("-_-_", 0)]
    [InlineData("YmF y", 3)]
    public void Base64_that_is_none_is_refused_with_its_place(string base64, int place) =>
        Refusal($$"""{"value":"{{base64}}"}""").ShouldBe($"illegal base64 data at input byte {place}");

    [Theory]
    [InlineData("5", 5)]
    [InlineData("\"5\"", 5)]
    [InlineData("\" 5\"", 5)]
    [InlineData("\"-1\"", -1)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("null", 0)]
    [InlineData("\"null\"", 0)]
    public void Numbers_may_be_quoted(string json, long expected) => Range($$"""{"limit":{{json}}}""").Limit.ShouldBe(expected);

    [Theory]
    [InlineData("\"\"", "unexpected end of JSON input")]
    [InlineData("\"5x\"", "invalid character 'x' after top-level value")]
    [InlineData("\"abc\"", "invalid character 'a' looking for beginning of value")]
    [InlineData("\"05\"", "invalid character '5' after top-level value")]
    [InlineData("\"+5\"", "invalid character '+' looking for beginning of value")]
    [InlineData("\"\\u0035\"", @"invalid character '\\' looking for beginning of value")]
    [InlineData("1.5", "json: cannot unmarshal number 1.5 into Go value of type int64")]
    [InlineData("5e0", "json: cannot unmarshal number 5e0 into Go value of type int64")]
    [InlineData("9223372036854775808", "json: cannot unmarshal number 9223372036854775808 into Go value of type int64")]
    [InlineData("true", "json: cannot unmarshal bool into Go value of type int64")]
    [InlineData("{}", "json: cannot unmarshal object into Go value of type int64")]
    [InlineData("[]", "json: cannot unmarshal array into Go value of type int64")]
    public void Numbers_that_are_none_are_refused(string json, string expected) => Refusal($$"""{"lease":{{json}}}""").ShouldBe(expected);

    [Theory]
    [InlineData("\"DESCEND\"", 2)]
    [InlineData("2", 2)]
    [InlineData("7", 7)]
    [InlineData("null", 0)]
    public void Enums_go_by_name_or_number(string json, int expected) =>
        ((int)Range($$"""{"sort_order":{{json}}}""").SortOrder).ShouldBe(expected);

    [Theory]
    [InlineData("\"BAD\"", "unknown value \"BAD\" for enum etcdserverpb.RangeRequest_SortOrder")]
    [InlineData("\"1\"", "unknown value \"1\" for enum etcdserverpb.RangeRequest_SortOrder")]
    [InlineData("1.5", "json: cannot unmarshal number 1.5 into Go value of type etcdserverpb.RangeRequest_SortOrder")]
    [InlineData("true", "json: cannot unmarshal bool into Go value of type etcdserverpb.RangeRequest_SortOrder")]
    public void Enums_that_are_none_are_refused(string json, string expected) =>
        Should.Throw<BadJsonException>(() => Range($$"""{"sort_order":{{json}}}""")).Message.ShouldBe(expected);

    [Theory]
    [InlineData("""{"prev_kv":"true"}""", "json: cannot unmarshal string into Go value of type bool")]
    [InlineData("""{"prev_kv":1}""", "json: cannot unmarshal number into Go value of type bool")]
    [InlineData("""{"value":true}""", "json: cannot unmarshal bool into Go value of type []uint8")]
    [InlineData("""{"value":5}""", "json: cannot unmarshal number into Go value of type []uint8")]
    [InlineData("""{"value":[256]}""", "json: cannot unmarshal number 256 into Go value of type uint8")]
    [InlineData("[]", "json: cannot unmarshal array into Go value of type map[string]json.RawMessage")]
    [InlineData("\"x\"", "json: cannot unmarshal string into Go value of type map[string]json.RawMessage")]
    [InlineData("5", "json: cannot unmarshal number into Go value of type map[string]json.RawMessage")]
    public void A_value_of_another_kind_is_refused(string json, string expected) => Refusal(json).ShouldBe(expected);

    [Theory]
    [InlineData("""{"success":{}}""", "json: cannot unmarshal object into Go value of type []json.RawMessage")]
    [InlineData("""{"success":[5]}""", "json: cannot unmarshal number into Go value of type map[string]json.RawMessage")]
    public void A_list_of_another_kind_is_refused(string json, string expected) =>
        Should.Throw<BadJsonException>(() => Read<TxnRequest>(json)).Message.ShouldBe(expected);

    [Fact]
    public void Fields_nobody_knows_are_skipped_whatever_they_hold() =>
        Put("""{"x":{"y":[1,{"z":"}]\""}],"\ud800":"\ud800"},"key":"YQ==","KEY":"Yg==" }""").Key.ToStringUtf8().ShouldBe("a");

    [Fact]
    public void Camel_case_names_a_field_too() =>
        Range("""{"sortOrder":"ASCEND","countOnly":true}""").ShouldBe(
            new RangeRequest { SortOrder = RangeRequest.Types.SortOrder.Ascend, CountOnly = true });

    [Fact]
    public void A_key_that_comes_twice_counts_as_it_came_last()
    {
        Put("""{"key":"YQ==","key":"Yg=="}""").Key.ToStringUtf8().ShouldBe("b");
        Read<TxnRequest>("""{"success":[{},{}],"success":[{}]}""").Success.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("null")]
    [InlineData("{}")]
    public void An_empty_body_is_an_empty_message(string json) => Put(json).ShouldBe(new PutRequest());

    [Fact]
    public void Messages_nest_up_to_a_bound()
    {
        Read<TxnRequest>(Nested(40)).CalculateSize().ShouldBeGreaterThan(100);
        Should.Throw<BadJsonException>(() => Read<TxnRequest>(Nested(3000))).Message.ShouldBe("actorquorum: messages are nested deeper than 100");
        static string Nested(int levels) =>
            string.Concat(Enumerable.Repeat("""{"success":[{"request_txn":""", levels)) + "{}" + string.Concat(Enumerable.Repeat("}]}", levels));
    }

    [Fact]
    public void A_null_among_messages_is_an_empty_one() => Read<TxnRequest>("""{"success":[null]}""").Success.Single().ShouldBe(new RequestOp());

    /// <summary>Google's formatter and parser are the oracle on what all agree on.</summary>
    [Fact]
    public void What_is_written_reads_back_and_google_reads_and_writes_the_same()
    {
        var random = new Random(11);
        for (var i = 0; i < 300; i++)
        {
            var txn = RandomTxn(random, depth: 2);
            var json = Write(txn);
            Read<TxnRequest>(json).ShouldBe(txn);
            s_googles.Parse<TxnRequest>(json).ShouldBe(txn);
            Read<TxnRequest>(s_googlesFormatter.Format(txn)).ShouldBe(txn);
        }
    }

    [Fact]
    public void Defaults_are_left_out_and_empty_messages_are_not()
    {
        Write(new RangeResponse()).ShouldBe("{}");
        Write(new TxnResponse
        {
            Header = new ResponseHeader { ClusterId = ulong.MaxValue, Revision = -1 },
            Succeeded = true,
            Responses = { new ResponseOp { ResponsePut = new PutResponse { Header = new ResponseHeader() } } },
        }).ShouldBe(
            """{"header":{"cluster_id":"18446744073709551615","revision":"-1"},"succeeded":true,"responses":[{"response_put":{"header":{}}}]}""");
    }

    [Fact]
    public void Base64_and_texts_are_not_escaped_for_html() =>
        Write(new PutRequest { Key = ByteString.CopyFrom(0xFB, 0xEF, 0xFF), Value = ByteString.CopyFrom(0) }).ShouldBe("""{"key":"++//","value":"AA=="}""");

    private static TxnRequest RandomTxn(Random random, int depth)
    {
        var txn = new TxnRequest();
        for (var i = random.Next(3); i > 0; i--)
        {
            // Only what etcd's gateway can tell from a default: a field of a oneof that is 0 is left out by it.
            txn.Compare.Add(new Compare
            {
                Key = Bytes(random), Result = (Compare.Types.CompareResult)random.Next(4), Target = Compare.Types.CompareTarget.Mod,
                ModRevision = random.NextInt64() + 1,
            });
        }

        for (var i = random.Next(4); i > 0; i--)
        {
            txn.Success.Add(random.Next(depth > 0 ? 4 : 3) switch
            {
                0 => new RequestOp { RequestPut = new PutRequest { Key = Bytes(random), Value = Bytes(random), PrevKv = true, Lease = random.NextInt64() } },
                1 => new RequestOp { RequestRange = new RangeRequest { Key = Bytes(random), Limit = -random.NextInt64(), KeysOnly = true } },
                2 => new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = Bytes(random) } },
                _ => new RequestOp { RequestTxn = RandomTxn(random, depth - 1) },
            });
        }

        return txn;
    }

    private static ByteString Bytes(Random random)
    {
        var bytes = new byte[random.Next(7)];
        random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static string Refusal(string json) => Should.Throw<BadJsonException>(() => Put(json)).Message;

    private static PutRequest Put(string json) => Read<PutRequest>(json);

    private static RangeRequest Range(string json) => Read<RangeRequest>(json);

    private static T Read<T>(string json)
        where T : IMessage, new()
    {
        var message = new T();
        JsonMessageReader.Read(Encoding.UTF8.GetBytes(json), message);
        return message;
    }

    private static string Write(IMessage message)
    {
        var json = new ArrayBufferWriter<byte>();
        JsonMessageWriter.Write(message, json);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
