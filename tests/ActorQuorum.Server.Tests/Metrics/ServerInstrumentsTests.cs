using System.Diagnostics;
using ActorQuorum.Metrics;
using ActorQuorum.Server.Grpc;
using ActorQuorum.Server.Metrics;

namespace ActorQuorum.Server.Tests.Metrics;

public sealed class ServerInstrumentsTests
{
    [Fact]
    public void Counting_a_call_allocates_nothing()
    {
        var scope = new object();
        using var reader = new MetricReader(scope);
        using var instruments = new ServerInstruments(scope, "n1", new ByteBudget(1));
        for (var i = 0; i < 1000; i++) Count();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Count();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Count()
        {
            instruments.Answered(ServerInstruments.Grpc, Door.Put, GrpcCode.Ok, Stopwatch.GetTimestamp());
            instruments.Answered(ServerInstruments.Json, null, GrpcCode.Unimplemented, Stopwatch.GetTimestamp());
        }
    }
}
