using System.Net;
using System.Net.Sockets;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.BadInput;

/// <summary>A node that must not start says why in one line, ends with 1 and harms nothing.</summary>
public sealed class RefusedStartTests : IAsyncLifetime
{
    private RealCluster Cluster { get; } = new(1);

    private RealNode Node => Cluster.Nodes[0];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    [Theory]
    [Trait("Row", "QC-10")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_busy_port_is_named(bool isClientPort)
    {
        var address = IPEndPoint.Parse(isClientPort ? Node.ClientAddress : Node.PeerAddress);
        using var occupant = new TcpListener(address);
        occupant.Start();

        await RefusedAsync($"{address.Port}");
    }

    [Fact]
    public async Task A_locked_data_directory_is_refused()
    {
        await StartAndStopAsync(stop: false);

        // On other ports, so that the data directory is all they have in common.
        await using var twin = new RealCluster(1);
        var config = Path.Combine(twin.Folder, "twin.conf");
        await File.WriteAllTextAsync(config, RealCluster.NodeConfig("n1", Node.DataDirectory));
        await RefusedAsync("in use by another process", config);

        await Node.PutAsync("still", "here");
    }

    [Fact]
    public async Task A_foreign_data_directory_is_refused()
    {
        await StartAndStopAsync();
        await using var other = new RealCluster(2);
        var config = Path.Combine(other.Folder, "foreign.conf");
        await File.WriteAllTextAsync(config, RealCluster.NodeConfig("n2", Node.DataDirectory));

        await RefusedAsync("belongs to member n1", config);

        await Cluster.StartAsync();
        (await Node.GetAsync("kept")).ShouldBe("value");
    }

    [Fact]
    public async Task A_damaged_log_is_refused_with_its_file_and_place()
    {
        await StartAndStopAsync();
        var segment = Directory.GetFiles(Path.Combine(Node.DataDirectory, "log")).Order(StringComparer.Ordinal).First();
        var sound = await File.ReadAllBytesAsync(segment);
        var at = sound.AsSpan().IndexOf("kept"u8);
        at.ShouldBePositive();

        var damaged = sound.ToArray();
        damaged[at] ^= 1;
        await File.WriteAllBytesAsync(segment, damaged);
        await RefusedAsync(segment);
        (await File.ReadAllBytesAsync(segment)).ShouldBe(damaged, "nothing is changed");

        await File.WriteAllBytesAsync(segment, sound);
        await Cluster.StartAsync();
        (await Node.GetAsync("kept")).ShouldBe("value");
    }

    private async Task StartAndStopAsync(bool stop = true)
    {
        await Cluster.StartAsync();
        await Node.PutAsync("kept", "value");
        if (!stop)
            return;
        Node.Process!.Type("q");
        (await Node.Process.ExitAsync()).ShouldBe(0);
    }

    private async Task RefusedAsync(string because, string? config = null)
    {
        var run = await CliProcess.RunAsync("run", "-c", config ?? Node.ConfigFile);
        run.ExitCode.ShouldBe(1, run.ToString());
        run.Errors.ShouldStartWith("actorquorum: ");
        run.Errors.ShouldContain(because);
        run.Errors.ShouldNotContain("\n");
    }
}
