namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>A running cluster of three that a class of tests shares; whoever stops a node starts it again.</summary>
public sealed class ThreeNodes : IAsyncLifetime
{
    internal RealCluster Cluster { get; } = new(3);

    public Task InitializeAsync() => Cluster.StartAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}
