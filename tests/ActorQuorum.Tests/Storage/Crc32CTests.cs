using ActorQuorum.Storage;

namespace ActorQuorum.Tests.Storage;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_of_the_catalogue_comes_out() => Crc32C.Append(0, "123456789"u8).ShouldBe(0xE3069283u);

    [Fact]
    public void Zeros_as_in_RFC_3720() => Crc32C.Append(0, new byte[32]).ShouldBe(0x8A9136AAu);

    [Fact]
    public void Two_parts_give_what_the_whole_gives()
    {
        byte[] bytes = [.. Enumerable.Range(0, 100).Select(i => (byte)(i * 7))];

        for (int cut = 0; cut <= bytes.Length; cut++)
            Crc32C.Append(Crc32C.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)).ShouldBe(Crc32C.Append(0, bytes));
    }
}
