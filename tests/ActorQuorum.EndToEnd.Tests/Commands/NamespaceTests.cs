using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

[Trait("Row", "RN-2")]
public sealed class NamespaceTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private readonly RealCluster _cluster = three.Cluster;

    [Fact]
    public async Task A_key_has_one_value_in_each_namespace_and_the_default_one_is_etcds()
    {
        await CliAsync("put", "color", "red");
        await CliAsync("put", "color", "blue", "--namespace", "shop");
        await CliAsync("put", "colour", "green", "--namespace", "shop");

        (await CliAsync("get", "color")).ShouldBe("color\nred");
        (await CliAsync("get", "color", "--namespace", "default")).ShouldBe("color\nred");
        (await CliAsync("get", "color", "--namespace", "shop")).ShouldBe("color\nblue");
        (await CliAsync("get", "", "--prefix", "--namespace", "shop")).ShouldBe("color\nblue\ncolour\ngreen");
        (await CliAsync("get", "", "--prefix", "--namespace", "bookshop")).ShouldBe("");
        (await _cluster.Nodes[0].GetAsync("color")).ShouldBe("red");

        (await CliAsync("get", "", "--prefix")).ShouldBe("color\nred");
        (await CliAsync("get", "a", "--from-key")).ShouldBe("color\nred");
        (await FedAsync("value(\"color\") = \"blue\"\n\ndel color --prev-kv\n\n\n", "txn", "--namespace", "shop", "-i")).ShouldBe("SUCCESS\n\n1\ncolor\nblue");
        (await CliAsync("del", "", "--prefix")).ShouldBe("1");
        (await CliAsync("get", "", "--prefix", "--namespace", "shop")).ShouldBe("colour\ngreen");
    }

    private Task<string> CliAsync(params string[] arguments) => FedAsync(null, arguments);

    private async Task<string> FedAsync(string? input, params string[] arguments)
    {
        var process = CliProcess.Start([.. arguments, "--endpoints", _cluster.Endpoints]);
        if (input is not null)
        {
            process.Type(input);
            process.CloseInput();
        }

        var ended = await CliProcess.RunAsync(process);
        ended.ExitCode.ShouldBe(0, ended.ToString());
        return ended.Output;
    }
}
