using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

/// <summary>Our command and etcd's own, asked the same, letter by letter.</summary>
public sealed class SameAsEtcdctlTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private static readonly string? Etcdctl = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "etcdctl")).FirstOrDefault(File.Exists);

    private readonly RealNode _node = three.Cluster.Nodes[0];

    [SkippableTheory]
    [Trait("Row", "RN-2")]
    [InlineData("get", "same/+")]
    [InlineData("get", "same/none")]
    [InlineData("get", "--prefix", "same/")]
    [InlineData("get", "--prefix", "same/", "--keys-only")]
    [InlineData("get", "same/", "same/z", "--limit", "1")]
    [InlineData("get", "--from-key", "same/b")]
    [InlineData("del", "same/none")]
    public async Task Keys_are_printed_the_same_plain_and_as_json(params string[] words)
    {
        await _node.PutAsync("same/+", "\u00fc\"<>&\n");
        await _node.PutAsync("same/b", "");

        (await OursAsync(words, "-o", "json")).ShouldBe(await TheirsAsync(words, "-w", "json"));
        (await OursAsync(words)).ShouldBe(await TheirsAsync(words));
    }

    [SkippableFact]
    public async Task Members_are_printed_the_same_plain() =>
        (await OursAsync(["members"], "-o", "simple")).Split('\n').Order().ShouldBe((await TheirsAsync(["member", "list"])).Split('\n').Order());

    private async Task<string> OursAsync(string[] words, params string[] options) =>
        (await CliProcess.RunAsync([.. words, "--endpoints", _node.ClientAddress, .. options])).Output;

    private async Task<string> TheirsAsync(string[] words, params string[] options)
    {
        Skip.If(Etcdctl is null, "etcdctl (Debian: etcd-client) is not installed.");
        return (await CliProcess.RunAsync(CliProcess.StartProgram(Etcdctl!, ["--endpoints", _node.ClientAddress, .. words, .. options]))).Output;
    }
}
