using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

public sealed class TxnTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private const string Script = """
        value("txn/a") = "1"
        version("txn/none") = "0"

        put txn/b "two words"
        get txn/ --prefix
        del txn/b

        get "txn/a"


        """;

    private static readonly string? Etcdctl = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "etcdctl")).FirstOrDefault(File.Exists);

    private readonly RealCluster _cluster = three.Cluster;

    [Fact]
    public async Task All_compares_hold_or_the_other_requests_are_carried_out()
    {
        await _cluster.Nodes[0].PutAsync("txn/a", "1");
        (await TxnAsync(Script)).ShouldBe("SUCCESS\n\nOK\n\ntxn/a\n1\ntxn/b\ntwo words\n\n1");

        await _cluster.Nodes[0].PutAsync("txn/a", "2");
        (await TxnAsync(Script)).ShouldBe("FAILURE\n\ntxn/a\n2");
        (await TxnAsync(Script, "-o", "table")).ShouldMatch(
            @"^FAILURE at revision \d+\n╭─+┬[─┬]+╮\n│ key   │ value │ version │ created │ modified │\n[├┼─┤]+\n│ txn/a │ 2     │ \d+ +│ \d+ +│ \d+ +│\n[╰┴─╯]+\n1 of 1 key at revision \d+$");
        (await TxnAsync(Script, "-o", "json")).ShouldMatch(
            """^\{"header":\{.*\},"responses":\[\{"Response":\{"response_range":\{"header":\{"revision":\d+\},"kvs":\[\{"key":"dHhuL2E=",.*"value":"Mg=="\}\],"count":1\}\}\}\]\}$""");
    }

    [SkippableFact]
    public async Task Etcdctl_reads_the_same_script_and_prints_the_same()
    {
        Skip.If(Etcdctl is null, "etcdctl (Debian: etcd-client) is not installed.");
        foreach (var value in (string[])["1", "2"])
        {
            await _cluster.Nodes[0].PutAsync("txn/a", value);
            var theirs = await FedAsync(CliProcess.StartProgram(Etcdctl!, $"--endpoints={_cluster.Endpoints}", "txn"), Script);
            (await TxnAsync(Script)).ShouldBe(theirs.Output, theirs.ToString());
        }
    }

    [Fact]
    public async Task A_file_is_read_and_a_wrong_line_of_it_is_named()
    {
        using var folder = new ScratchFolder();
        var good = folder.Write("good.txt", "\nput txn/file yes\n");
        var wrong = folder.Write("wrong.txt", "\nput txn/file no\nset txn/file no\n");

        (await CliProcess.RunAsync("txn", good, "--endpoints", _cluster.Endpoints)).Output.ShouldBe("SUCCESS\n\nOK");
        var refused = await CliProcess.RunAsync("txn", wrong, "--endpoints", _cluster.Endpoints);
        refused.ExitCode.ShouldBe(2);
        refused.Errors.ShouldBe("actorquorum: line 3 of the transaction, 'set txn/file no': 'set' is no request: there are put, get and del.");
        (await _cluster.Nodes[0].GetAsync("txn/file")).ShouldBe("yes");
    }

    [Fact]
    public async Task A_refusal_of_the_server_ends_with_1()
    {
        var refused = await FedAsync(CliProcess.Start("txn", "--endpoints", _cluster.Endpoints), "\nput txn/twice a\nput txn/twice b\n");

        refused.ExitCode.ShouldBe(1);
        refused.Errors.ShouldContain("duplicate key given in txn request");
    }

    private static async Task<CliProcess> FedAsync(CliProcess process, string script)
    {
        process.Type(script);
        process.CloseInput();
        return await CliProcess.RunAsync(process);
    }

    private async Task<string> TxnAsync(string script, params string[] arguments)
    {
        var ended = await FedAsync(CliProcess.Start(["txn", .. arguments, "--endpoints", _cluster.Endpoints]), script);
        ended.ExitCode.ShouldBe(0, ended.ToString());
        return ended.Output;
    }
}
