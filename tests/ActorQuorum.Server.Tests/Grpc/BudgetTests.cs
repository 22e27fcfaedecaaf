using System.IO.Pipelines;
using ActorQuorum.Server.Grpc;

namespace ActorQuorum.Server.Tests.Grpc;

public sealed class BudgetTests
{
    [Fact]
    public async Task Messages_beyond_the_budget_are_refused_before_memory_is_taken()
    {
        var budget = new ByteBudget(limitBytes: 150);
        using var first = new UnaryMessage(2, 100, budget);
        (await ReadAsync(first)).Code.ShouldBe(GrpcCode.Ok);

        using var second = new UnaryMessage(2, 100, budget);
        (await ReadAsync(second)).ShouldBe(new GrpcStatus(GrpcCode.ResourceExhausted, "etcdserver: too many requests"));
        second.Buffer.ShouldBeNull();

        first.Dispose();
        budget.TakenBytes.ShouldBe(0);
        using var third = new UnaryMessage(2, 100, budget);
        (await ReadAsync(third)).Code.ShouldBe(GrpcCode.Ok);
    }

    [Fact]
    public async Task A_message_that_comes_byte_by_byte_is_put_together_behind_its_prefix()
    {
        var pipe = new Pipe();
        using var message = new UnaryMessage(2, 100, new ByteBudget(1000));
        var reading = message.ReadAsync(pipe.Reader, CancellationToken.None).AsTask();
        foreach (var next in WireClient.Frame([11, 22, 33]))
        {
            await pipe.Writer.WriteAsync(new[] { next });
        }

        await pipe.Writer.CompleteAsync();
        (await reading).Code.ShouldBe(GrpcCode.Ok);
        message.Buffer.ShouldNotBeNull()[2..].ShouldBe([11, 22, 33]);
    }

    private static async Task<GrpcStatus> ReadAsync(UnaryMessage message)
    {
        var bytes = PipeReader.Create(new System.Buffers.ReadOnlySequence<byte>(WireClient.Frame(new byte[100])));
        return await message.ReadAsync(bytes, CancellationToken.None);
    }
}
