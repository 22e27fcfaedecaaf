using ActorQuorum.Configuration.Hocon;

namespace ActorQuorum.Configuration;

/// <summary>Refuses keys that nothing reads: a key written wrong would leave its default in force and nobody would know.</summary>
internal static class KnownKeys
{
    public const string Members = "cluster.members";

    private static readonly string[] KeysOfMember = ["peer", "client"];

    /// <summary>Checks an object against the built-in reference.</summary>
    public static void Check(HoconObject given) => Check("", given, ReferenceConfiguration.Values);

    private static void Check(string path, HoconObject given, HoconObject reference)
    {
        foreach (var (key, field) in given.Fields)
        {
            var full = Join(path, key);
            if (!reference.Fields.TryGetValue(key, out var known))
                throw field.KeyOrigin.Error(Unknown(full, path, reference.Fields.Keys, [.. PathsOf("", ReferenceConfiguration.Values)]));
            if (field.Value is not HoconObject inner) continue;
            if (full == Members) CheckMembers(inner);
            else if (known.Value is HoconObject innerReference) Check(full, inner, innerReference);
        }
    }

    private static void CheckMembers(HoconObject members)
    {
        foreach (var (name, member) in members.Fields)
        {
            if (member.Value is not HoconObject fields) continue;
            var path = Join(Members, name);
            foreach (var (key, field) in fields.Fields)
            {
                if (KeysOfMember.Contains(key)) continue;
                throw field.KeyOrigin.Error(Unknown(Join(path, key), path, KeysOfMember, [.. KeysOfMember.Select(k => Join(path, k))]));
            }
        }
    }

    private static string Unknown(string full, string path, IEnumerable<string> siblings, IReadOnlyList<string> known)
    {
        var place = path.Length == 0 ? ReferenceConfiguration.RootKey : path;
        return Spelling.Nearest(full, known) is { } nearest
            ? $"unknown key '{full}'; did you mean '{nearest}'?"
            : $"unknown key '{full}'; the keys of {place} are {string.Join(", ", siblings)}.";
    }

    private static IEnumerable<string> PathsOf(string path, HoconObject reference) => reference.Fields.SelectMany(f =>
        f.Value.Value is HoconObject inner ? PathsOf(Join(path, f.Key), inner).Prepend(Join(path, f.Key)) : [Join(path, f.Key)]);

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
