using ActorQuorum.Cli;
using ActorQuorum.Cli.Keys;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace ActorQuorum.EndToEnd.Tests.Keys;

[Trait("Row", "RN-2")]
public sealed class KeyspaceTests
{
    private static readonly string[] Names = ["default", "a", "b", "a.b", "a-b", "A", "bench"];

    private static readonly Gen<string> Key = ArbMap.Default.GeneratorFor<NonNull<string>>()
        .Select(text => text.Get.Replace("\0", "", StringComparison.Ordinal)).Where(text => !text.Any(char.IsSurrogate));

    [Fact]
    public void A_key_of_the_default_namespace_is_the_key_that_etcds_clients_know() =>
        Keyspace.Default.Stored("user/1").ShouldBe(ByteString.CopyFromUtf8("user/1"));

    [Fact]
    public void A_key_of_another_namespace_lies_behind_the_byte_255_and_the_name() =>
        Keyspace.Named("shop").Stored("user/1").ToByteArray().ShouldBe([255, .. "shop/user/1"u8]);

    [Fact]
    public void The_name_default_is_no_other_namespace() => Keyspace.Named("default").ShouldBeSameAs(Keyspace.Default);

    [Fact]
    public void A_stored_key_is_shown_as_it_was_given() => Check.QuickThrowOnFailure(Prop.ForAll(
        Key.ToArbitrary(), Gen.Elements(Names).ToArbitrary(), (key, name) => Keyspace.Named(name).Shown(Keyspace.Named(name).Stored(key)).ToStringUtf8() == key));

    [Fact]
    public void No_range_of_one_namespace_holds_a_key_of_another() => Check.QuickThrowOnFailure(Prop.ForAll(
        Key.Two().ToArbitrary(), Gen.Elements(Names).Two().ToArbitrary(), Gen.Elements(true, false).ToArbitrary(),
        (keys, names, isPrefix) =>
        {
            var range = Keyspace.Named(names.Item1).Range(keys.Item1, null, isPrefix, !isPrefix);
            var holds = IsWithin(Keyspace.Named(names.Item2).Stored(keys.Item2), range);
            var belongs = names.Item1 == names.Item2
                && (isPrefix ? keys.Item2.StartsWith(keys.Item1, StringComparison.Ordinal) : Compare(Utf8(keys.Item2), Utf8(keys.Item1)) >= 0);
            return keys.Item2.Length == 0 || holds == belongs;
        }));

    [Theory]
    [InlineData("", null, false, false)]
    [InlineData("a", "b", true, false)]
    [InlineData("a", null, true, true)]
    [InlineData("a", "", false, false)]
    public void Words_that_mean_no_range_are_refused(string key, string? end, bool isPrefix, bool isFromKey) =>
        Should.Throw<CommandFailedException>(() => Keyspace.Default.Range(key, end, isPrefix, isFromKey)).ExitCode.ShouldBe(2);

    private static ByteString Utf8(string text) => ByteString.CopyFromUtf8(text);

    private static bool IsWithin(ByteString key, (ByteString First, ByteString End) range) =>
        Compare(key, range.First) >= 0 && (range.End.Span is [0] || Compare(key, range.End) < 0);

    private static int Compare(ByteString left, ByteString right) => left.Span.SequenceCompareTo(right.Span);
}
