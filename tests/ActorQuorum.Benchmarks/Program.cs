using ActorQuorum.Benchmarks;

const string Usage = """
    usage: dotnet run -c Release --project tests/ActorQuorum.Benchmarks -- WHAT
      simulator            virtual seconds a second of one core
      inprocess            puts a second of three nodes in one process, with fsync
      restart [ENTRIES]    until a node of one answers again: on a log of so many 100-byte entries (1000000), then on a snapshot and 100000
      snapshot [MIB]       a snapshot of so large a state under load: elections, lateness, memory (1024)
      idle                 processor and memory of a node that nobody asks anything
      failover [KILLS]     kill -9 of the leader until the next write succeeds (40)
      join [ENTRIES [SECONDS [log|snapshot]]]
                           a fourth node comes to so many 100-byte entries (1000000), under 1,000 puts a second, beside a control run of so long (20)
      vote [ROUNDS]        constant election: start, kill and dispatch of the master, idle cost (20)
      etcd [ROUNDS [KIND]] etcd and ActorQuorum in turns, three processes each (3); put or get alone
      akka put             the same puts on both hosts, Akka.Remote between the nodes of one (built with -p:WithAkka=true)
      akka failover        failover over Akka.Remote (built with -p:WithAkka=true)
      all                  everything but Akka
    """;

switch (args)
{
    case ["simulator"]: SimulatorBenchmark.Run(); return 0;
    case ["inprocess"]: await InProcessBenchmark.RunAsync(); return 0;
    case ["restart"]: await RestartBenchmark.RunAsync(1_000_000); return 0;
    case ["restart", var entries]: await RestartBenchmark.RunAsync(Number(entries)); return 0;
    case ["snapshot"]: await SnapshotBenchmark.RunAsync(1024); return 0;
    case ["snapshot", var mebibytes]: await SnapshotBenchmark.RunAsync(Number(mebibytes)); return 0;
    case ["idle"]: await IdleBenchmark.RunAsync(); return 0;
    case ["failover"]: await FailoverBenchmark.RunAsync(40); return 0;
    case ["failover", var kills]: await FailoverBenchmark.RunAsync(Number(kills)); return 0;
    case ["join"]: await JoinBenchmark.RunAsync(1_000_000, 20); return 0;
    case ["join", var entries]: await JoinBenchmark.RunAsync(Number(entries), 20); return 0;
    case ["join", var entries, var seconds]: await JoinBenchmark.RunAsync(Number(entries), Number(seconds)); return 0;
    case ["join", var entries, var seconds, var from and ("log" or "snapshot")]:
        await JoinBenchmark.RunAsync(Number(entries), Number(seconds), from);
        return 0;
    case ["vote"]: await VoteBenchmark.RunAsync(20); return 0;
    case ["vote", var rounds]: await VoteBenchmark.RunAsync(Number(rounds)); return 0;
    case ["etcd"]: await EtcdBenchmark.RunAsync(3); return 0;
    case ["etcd", var rounds]: await EtcdBenchmark.RunAsync(Number(rounds)); return 0;
    case ["etcd", var rounds, var kind]: await EtcdBenchmark.RunAsync(Number(rounds), kind); return 0;
    case ["all"]:
        Report.Machine();
        await EtcdBenchmark.RunAsync(3);
        await InProcessBenchmark.RunAsync();
        await FailoverBenchmark.RunAsync(40);
        await VoteBenchmark.RunAsync(20);
        await IdleBenchmark.RunAsync();
        await JoinBenchmark.RunAsync(1_000_000, 20);
        await RestartBenchmark.RunAsync(1_000_000);
        await SnapshotBenchmark.RunAsync(1024);
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
        Console.Error.WriteLine(Usage);
        return 2;
}

static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
