using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using ActorQuorum.Mutants.Tests.Compilation;

namespace ActorQuorum.Mutants.Tests;

/// <summary>A seed that showed a bug.</summary>
internal sealed record Finding(ulong Seed, string Promise, string Message);

/// <summary>The simulator over a mutated build. Its types are another load context's, so it is reached by reflection.</summary>
internal sealed class MutatedCluster
{
    private readonly Type _options;
    private readonly Type _run;
    private readonly Mutant _mutant;

    public MutatedCluster(Mutant mutant)
    {
        var (name, bytes) = ProjectCompiler.Of(mutant.Project).Compile(mutant.Edits);
        var testKit = new MutantLoadContext(name, bytes).LoadFromAssemblyName(new("ActorQuorum.TestKit"));
        var simulation = mutant.IsOfVoting ? "ActorQuorum.TestKit.Voting.VotingSimulation" : "ActorQuorum.TestKit.Simulation";
        _options = testKit.GetType(simulation + "Options", throwOnError: true)!;
        _run = testKit.GetType(simulation + "Run", throwOnError: true)!;
        _mutant = mutant;
    }

    /// <summary>The lowest seed, from 1 on, that shows something; null if none of them does.</summary>
    public Finding? FindBug(int seeds)
    {
        for (ulong seed = 1; seed <= (ulong)seeds; seed++)
            if (Try(seed) is { } finding)
                return finding;
        return null;
    }

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
