using ActorQuorum.Benchmarks;

switch (args)
{
    case ["simulator"]:
        SimulatorBenchmark.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: dotnet run -c Release --project tests/ActorQuorum.Benchmarks -- simulator");
        return 2;
}
