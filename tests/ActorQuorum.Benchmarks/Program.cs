using ActorQuorum.Benchmarks;

switch (args)
{
    case ["simulator"]:
        SimulatorBenchmark.Run();
        return 0;
#if WITH_AKKA
    case ["akka", "put"]:
        await HostBenchmark.Put();
        return 0;
    case ["akka", "failover"]:
        await HostBenchmark.Failover();
        return 0;
#endif
    default:
        Console.Error.WriteLine("usage: dotnet run -c Release --project tests/ActorQuorum.Benchmarks -- simulator | akka put | akka failover (those with -p:WithAkka=true)");
        return 2;
}
