using ActorQuorum.Cli.Bench;
using ActorQuorum.Cli.Keys;
using ActorQuorum.StateMachines.Etcd;

namespace ActorQuorum.EndToEnd.Tests.Bench;

public sealed class RequestTemplateTests
{
    private static readonly Keyspace Keys = Keyspace.Named("bench");

    [Theory]
    [InlineData(0, 0, "00000000")]
    [InlineData(100, 1234, "00001234")]
    [InlineData(300_000, 99_999_999, "99999999")]
    public void A_put_bears_its_key_and_a_value_of_the_wanted_size(int valueBytes, int key, string digits)
    {
        var template = RequestTemplate.Put(Keys, "127.0.0.1:2379", valueBytes);
        var message = new byte[template.MessageBytes];

        template.CopyTo(message, 0, key);

        var request = PutRequest.Parser.ParseFrom(message, 5, message.Length - 5);
        request.Key.ShouldBe(Keys.Stored(digits));
        request.Value.Length.ShouldBe(valueBytes);
    }

    [Fact]
    public void A_message_in_pieces_is_the_whole_one()
    {
        var template = RequestTemplate.Put(Keys, "127.0.0.1:2379", 1000);
        var (whole, pieces) = (new byte[template.MessageBytes], new byte[template.MessageBytes]);

        template.CopyTo(whole, 0, 77);
        template.CopyTo(pieces.AsSpan(0, template.HeadBytes), 0, 77);
        template.CopyTo(pieces.AsSpan(template.HeadBytes), template.HeadBytes, 77);

        pieces.ShouldBe(whole);
    }

    [Fact]
    public void A_get_bears_its_key()
    {
        var template = RequestTemplate.Get(Keys, "127.0.0.1:2379", isSerializable: true);
        var message = new byte[template.MessageBytes];

        template.CopyTo(message, 0, 5);

        RangeRequest.Parser.ParseFrom(message, 5, message.Length - 5)
            .ShouldBe(new RangeRequest { Key = Keys.Stored("00000005"), Serializable = true });
    }
}
