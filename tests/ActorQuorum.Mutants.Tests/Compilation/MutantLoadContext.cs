using System.Reflection;
using System.Runtime.Loader;

namespace ActorQuorum.Mutants.Tests.Compilation;

/// <summary>
/// Our assemblies once more, one of them mutated; everything else is the process's. It stays until the process ends: when such contexts are unloaded
/// beside others at work, the runtime at times jumps to where there is no code any more.
/// </summary>
internal sealed class MutantLoadContext(string mutatedName, byte[] mutated) : AssemblyLoadContext(isCollectible: false)
{
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == mutatedName)
        {
            using var bytes = new MemoryStream(mutated);
            return LoadFromStream(bytes);
        }

        if (assemblyName.Name?.StartsWith("ActorQuorum.", StringComparison.Ordinal) != true) return null;
        return LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, $"{assemblyName.Name}.dll"));
    }
}
