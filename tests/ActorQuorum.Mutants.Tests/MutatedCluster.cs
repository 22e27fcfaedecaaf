using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using ActorQuorum.Mutants.Tests.Compilation;

namespace ActorQuorum.Mutants.Tests;

/// <summary>A seed that showed a bug.</summary>
internal sealed record Finding(ulong Seed, string Promise, string Message);

/// <summary>The simulator over a mutated build. Its types are another load context's, so it is reached by reflection.</summary>
internal sealed class MutatedCluster : IDisposable
{
    private const int Workers = 2;
    private readonly MutantLoadContext _context;
    private readonly Type _options;
    private readonly Type _run;
    private readonly Mutant _mutant;

    public MutatedCluster(Mutant mutant)
    {
        var sources = SourceTree.SourcesOf(mutant.Project);
        foreach (var edit in mutant.Edits) SourceTree.Apply(edit, sources);
        var (name, bytes) = ProjectCompiler.Compile(mutant.Project, sources);
        _context = new(name, bytes);
        var testKit = _context.LoadFromAssemblyName(new("ActorQuorum.TestKit"));
        var simulation = mutant.IsOfVoting ? "ActorQuorum.TestKit.Voting.VotingSimulation" : "ActorQuorum.TestKit.Simulation";
        _options = testKit.GetType(simulation + "Options", throwOnError: true)!;
        _run = testKit.GetType(simulation + "Run", throwOnError: true)!;
        _mutant = mutant;
    }

    /// <summary>The lowest seed, from 1 on, that shows something; null if none of them does.</summary>
    public Finding? FindBug(int seeds)
    {
        var findings = new SortedDictionary<ulong, Finding>();
        var taken = 0;
        var workers = Enumerable.Range(0, Workers).Select(_ => new Thread(Search)).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return findings.Count == 0 ? null : findings.First().Value;

        // Seeds are taken in order and each is run to its end: below the lowest finding nothing was left out.
        void Search()
        {
            while (true)
            {
                lock (findings)
                    if (findings.Count > 0)
                        return;
                var seed = Interlocked.Increment(ref taken);
                if (seed > seeds) return;
                if (Try((ulong)seed) is not { } finding) continue;
                lock (findings) findings.Add(finding.Seed, finding);
            }
        }
    }

    /// <summary>The trace hash of a seed that shows nothing.</summary>
    public ulong TraceHashOf(ulong seed)
    {
        var report = Execute(seed);
        return (ulong)report.GetType().GetProperty("TraceHash")!.GetValue(report)!;
    }

    public void Dispose() => _context.Unload();

    private Finding? Try(ulong seed)
    {
        try
        {
            Execute(seed);
            return null;
        }
        catch (Exception broken)
        {
            var promise = broken.GetType().GetProperty("Promise")?.GetValue(broken) as string ?? broken.GetType().Name;
            return new(seed, promise, broken.Message);
        }
    }

    /// <summary>An immutable array of the other load context's kind of fault.</summary>
    private object FaultsOf(ImmutableArray<string> names)
    {
        var property = _options.GetProperty("Faults")!.PropertyType;
        var kind = property.GenericTypeArguments[0];
        var faults = Array.CreateInstance(kind, names.Length);
        for (var i = 0; i < names.Length; i++) faults.SetValue(Enum.Parse(kind, names[i]), i);
        return typeof(ImmutableCollectionsMarshal).GetMethod(nameof(ImmutableCollectionsMarshal.AsImmutableArray))!.MakeGenericMethod(kind).Invoke(null, [faults])!;
    }

    private object Execute(ulong seed)
    {
        var options = Activator.CreateInstance(_options)!;
        _options.GetProperty("Seed")!.SetValue(options, seed);
        _options.GetProperty("Nodes")!.SetValue(options, _mutant.Nodes);
        if (!_mutant.IsOfVoting)
        {
            _options.GetProperty("Changes")!.SetValue(options, _mutant.Changes);
            _options.GetProperty("Snapshots")!.SetValue(options, _mutant.Snapshots);
            _options.GetProperty("Duration")!.SetValue(options, TimeSpan.FromSeconds(_mutant.Seconds));
            if (!_mutant.Faults.IsEmpty) _options.GetProperty("Faults")!.SetValue(options, FaultsOf(_mutant.Faults));
        }

        var run = Activator.CreateInstance(_run, options)!;
        try
        {
            return _run.GetMethod("Execute")!.Invoke(run, null)!;
        }
        catch (TargetInvocationException wrapped)
        {
            ExceptionDispatchInfo.Throw(wrapped.InnerException!);
            throw;
        }
    }
}
