using ActorQuorum.Cli.Bench;

namespace ActorQuorum.EndToEnd.Tests.Bench;

public sealed class OutcomeFieldsTests
{
    [Fact]
    public void Success_is_read_as_Kestrel_writes_it() =>
        OutcomeFields.Read([0x00, 11, .. "grpc-status"u8, 1, .. "0"u8], out _).ShouldBe(0);

    [Fact]
    public void Success_is_read_as_Go_writes_it_in_Huffmans_code() =>
        OutcomeFields.Read([0x20, 0x40, 0x88, 0x9a, 0xca, 0xc8, 0xb2, 0x12, 0x34, 0xda, 0x8f, 1, .. "0"u8], out _).ShouldBe(0);

    [Fact]
    public void An_error_has_its_code_and_its_words()
    {
        byte[] block =
        [
            0x88, 0x0f, 0x10, 16, .. "application/grpc"u8, 0x00, 11, .. "grpc-status"u8, 2, .. "14"u8,
            0x00, 12, .. "grpc-message"u8, 11, .. "no%20leader"u8,
        ];

        OutcomeFields.Read(block, out var message).ShouldBe(14);
        message.ShouldBe("no leader");
    }

    [Fact]
    public void Headers_without_an_outcome_have_none() =>
        OutcomeFields.Read([0x88, 0x0f, 0x10, 16, .. "application/grpc"u8], out _).ShouldBe(-1);

    [Theory]
    [InlineData(new byte[] { 0x00, 11, 1, 2 })]
    [InlineData(new byte[] { 0x00, 0xff })]
    [InlineData(new byte[] { 0x40 })]
    [InlineData(new byte[] { 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    public void What_is_cut_short_is_an_error_and_no_success(byte[] block) => OutcomeFields.Read(block, out _).ShouldBe(13);
}
