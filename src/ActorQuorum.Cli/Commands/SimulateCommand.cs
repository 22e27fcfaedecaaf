using System.CommandLine;
using System.Globalization;
using ActorQuorum.Cli.Simulations;
using ActorQuorum.TestKit;
using ActorQuorum.TestKit.Voting;
using Spectre.Console;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>simulate</c>: whole clusters in virtual time, under faults, from seeds.</summary>
internal static class SimulateCommand
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(500);

    public static Command Build()
    {
        var seed = new Option<ulong?>("--seed") { Description = "The one seed to run.", HelpName = "N" };
        var seeds = new Option<string?>("--seeds") { Description = "The seeds to run, both ends included [default: 1..100].", HelpName = "A..B" };
        var nodes = new Option<int>("--nodes") { Description = "Nodes of each cluster, 1 to 15; of the constant election 1 to 100.", HelpName = "N", DefaultValueFactory = _ => 5 };
        var duration = new Option<double>("--duration")
        {
            Description = "Virtual seconds of faults in each run.", HelpName = "SECONDS", DefaultValueFactory = _ => 30,
        };
        var faults = new Option<string>("--faults")
        {
            Description = $"Faults to draw from, with commas between: {FaultNames.All}; or all (members in even seeds), or none.", HelpName = "NAMES",
            DefaultValueFactory = _ => "all",
        };
        var protocol = new Option<string>("--protocol")
        {
            Description = "Which election: raft, or constant.", HelpName = "NAME", DefaultValueFactory = _ => "raft",
        };
        protocol.AcceptOnlyFromAmong("raft", "constant");
        var trace = new Option<string?>("--trace") { Description = "Writes every event of the run to a file (one seed only).", HelpName = "FILE" };
        var command = new DocumentedCommand(
            "simulate",
            "Runs whole clusters in virtual time under random faults, checks every promise at every step, and replays any failure from its seed.",
            "actorquorum simulate --seeds 1..1000",
            "actorquorum simulate --seed 42 --nodes 3 --faults crash,partition --trace run.txt",
            "actorquorum simulate --protocol constant --seeds 1..1000")
        {
            seed, seeds, nodes, duration, faults, protocol, trace,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var range = RangeOf(parsed.GetValue(seed), parsed.GetValue(seeds));
            if (parsed.GetValue(protocol) == "constant")
            {
                var voting = new VotingSimulationOptions
                {
                    Seed = range.First,
                    Nodes = InRange("--nodes", parsed.GetValue(nodes), 1, 100),
                    Duration = TimeSpan.FromSeconds(InRange("--duration", parsed.GetValue(duration), 0.1, 86_400)),
                    Faults = FaultNames.ParseVoting(parsed.GetValue(faults)!),
                };
                return RunVotingAsync(voting, range, parsed.GetValue(trace), cancellationToken);
            }

            var (drawn, changesMembers) = FaultNames.Parse(parsed.GetValue(faults)!);
            var template = new SimulationOptions
            {
                Seed = range.First,
                Nodes = InRange("--nodes", parsed.GetValue(nodes), 1, 15),
                Duration = TimeSpan.FromSeconds(InRange("--duration", parsed.GetValue(duration), 0.1, 86_400)),
                Faults = drawn,
                Compacts = true,
                Snapshots = true,
            };
            return RunAsync(template, changesMembers, range, parsed.GetValue(faults)!, parsed.GetValue(trace), cancellationToken);
        });
        return command;
    }

    private static SeedRange RangeOf(ulong? seed, string? seeds) => (seed, seeds) switch
    {
        (not null, not null) => throw new CommandFailedException(ExitCode.Usage, "give --seed or --seeds, not both."),
        ({ } one, null) => new(one, one),
        (null, { } many) => SeedRange.Parse(many),
        _ => new(1, 100),
    };

    private static T InRange<T>(string option, T value, T least, T most)
        where T : IComparable<T> =>
        value.CompareTo(least) < 0 || value.CompareTo(most) > 0
            ? throw new CommandFailedException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"{option} {value} is out of range: {least} to {most}."))
            : value;

    private static async Task<int> RunAsync(
        SimulationOptions template, Predicate<ulong> changesMembers, SeedRange range, string faults, string? trace, CancellationToken cancellationToken)
    {
        if (trace is not null && range.Count > 1) throw new CommandFailedException(ExitCode.Usage, "--trace goes with one --seed.");
        using var file = trace is null ? null : OpenTrace(trace);
        var batch = new SimulationBatch(template with { Trace = file }, changesMembers, range);
        await ShowProgressAsync(batch, range, batch.RunAsync(cancellationToken));
        Summarize(batch, range);
        if (batch.Failed is not { } failed) return ExitCode.Ok;
        Explain(failed, batch.OptionsOf(failed.Seed), faults);
        return ExitCode.Failed;
    }

    private static async Task<int> RunVotingAsync(VotingSimulationOptions template, SeedRange range, string? trace, CancellationToken cancellationToken)
    {
        if (trace is not null && range.Count > 1) throw new CommandFailedException(ExitCode.Usage, "--trace goes with one --seed.");
        using var file = trace is null ? null : OpenTrace(trace);
        return await new VotingBatch(template with { Trace = file }, range).RunAsync(cancellationToken);
    }

    private static StreamWriter OpenTrace(string path)
    {
        try
        {
            return new(path) { NewLine = "\n" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failed, $"cannot write the trace to {path}: {e.Message}", e);
        }
    }

    private static async Task ShowProgressAsync(SimulationBatch batch, SeedRange range, Task running)
    {
        if (Console.IsOutputRedirected || range.Count == 1)
        {
            await running;
            return;
        }

        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask("seeds", maxValue: range.Count);
                while (await Task.WhenAny(running, Task.Delay(Redraw)) != running) Draw(bar, batch);
                Draw(bar, batch);
                await running;
            });
    }

    private static void Draw(ProgressTask bar, SimulationBatch batch)
    {
        bar.Value = batch.Done;
        bar.Description = string.Create(
            CultureInfo.InvariantCulture,
            $"{batch.Rate:F0} virtual s/s, {batch.Reached.Elections} elections, {batch.Reached.Truncations} truncations, {batch.Reached.CrashesMidWrite} crashes mid-write");
    }

    private static void Summarize(SimulationBatch batch, SeedRange range)
    {
        var reached = batch.Reached;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{batch.Done} of {range.Count} seeds ({range.First}..{range.Last}), {batch.Rate:F0} virtual seconds a second"));
        Console.WriteLine(
            $"reached: {reached.Elections} elections, {reached.StepDowns} step-downs, {reached.Commits} commits, {reached.Truncations} truncations, "
            + $"{reached.Faults} faults, {reached.CrashesMidWrite} crashes mid-write, {reached.PartitionsHealed} disturbances healed, "
            + $"{reached.CleanStops} clean stops, {reached.Wipes} disks lost, {reached.DamageRefused} damaged logs refused, {reached.Resets} resets, "
            + $"{reached.Solos} gone alone, {reached.AnsweredAlone} operations answered there, {reached.Snapshots} snapshots, {reached.Installs} installed, {reached.SnapshotsCut} cut on the way, "
            + $"{reached.ChunksDamaged} chunks damaged, {reached.ChunksMisread} misread, {reached.Changes} changes of members, {reached.JointChanges} of the voters, {reached.Joins} joins, "
            + $"{reached.Answered} operations answered, {reached.Unknown} of unknown outcome");
        if (range.Count == 1 && batch.Last is { } report)
            Console.WriteLine($"trace hash {report.TraceHash:x16} after {report.Steps} steps");
    }

    /// <summary>The run is deterministic, so it is run once more for its last events in words.</summary>
    private static void Explain(FailedSeed failed, SimulationOptions options, string faults)
    {
        Console.WriteLine($"seed {failed.Seed} broke a promise: {failed.Reason}");
        var run = new SimulationRun(options with { Trace = TextWriter.Null });
        try
        {
            run.Execute();
            Console.WriteLine("it did not break when run again: the run is not deterministic, which is a defect of its own");
        }
#pragma warning disable CA1031 // The same failure again: only the events before it are of interest.
        catch (Exception)
#pragma warning restore CA1031
        {
            Console.WriteLine("the last events:");
            foreach (var line in run.Cluster.LastEvents) Console.WriteLine("  " + line);
            Console.WriteLine(run.Cluster.Describe());
            DrawHistory(run, failed.Seed);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"replay: actorquorum simulate --seed {failed.Seed} --nodes {options.Nodes} --duration {options.Duration.TotalSeconds} --faults {faults}"));
    }

    /// <summary>What the clients saw and no order explains is easier to see than to read.</summary>
    private static void DrawHistory(SimulationRun run, ulong seed)
    {
        if (run.Linearizability is not { IsLinearizable: false } verdict) return;
        var path = Path.GetFullPath(string.Create(CultureInfo.InvariantCulture, $"history-of-seed-{seed}.html"));
        try
        {
            verdict.WriteHtml(path);
            Console.WriteLine($"a picture of the history: {path}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.WriteLine($"no picture of the history, as {path} cannot be written: {e.Message}");
        }
    }
}
