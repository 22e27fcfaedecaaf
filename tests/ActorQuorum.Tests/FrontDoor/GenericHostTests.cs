using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorQuorum.Tests.FrontDoor;

public sealed class GenericHostTests
{
    [Fact]
    public async Task A_node_lives_with_its_host_and_is_injected_running()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(Settings("memory"));
        builder.Services.AddActorQuorum(builder.Configuration, quorum => quorum
            .UseTransport(new InMemoryNetwork().Join).AddProcessor("echo", (_, payload) => payload));
        builder.Services.AddHostedService<Worker>();
        using var host = builder.Build();

        await host.StartAsync().InTime();

        var node = host.Services.GetRequiredService<QuorumNode>();
        host.Services.GetRequiredService<IQuorumNode>().ShouldBeSameAs(node);
        var worker = host.Services.GetServices<IHostedService>().OfType<Worker>().Single();
        (await worker.Answer.Task.InTime()).ToString().ShouldBe("from the worker");
        await host.StopAsync().InTime();
        node.Completion.Status.ShouldBe(TaskStatus.RanToCompletion);
    }

    [Fact]
    public async Task A_node_that_stops_itself_stops_the_host_where_it_was_asked_to()
    {
        foreach (var isAsked in new[] { true, false })
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Configuration.AddInMemoryCollection(Settings("memory"));
            builder.Services.AddActorQuorum(builder.Configuration, quorum =>
            {
                quorum.UseTransport(new InMemoryNetwork().Join).AddProcessor("starve", (_, _) => throw new InsufficientExecutionStackException("no stack"));
                if (isAsked) quorum.StopHostWhenNodeFails();
            });
            using var host = builder.Build();
            await host.StartAsync().InTime();
            var node = host.Services.GetRequiredService<QuorumNode>();

            (await Should.ThrowAsync<QuorumException>(() => node.EnqueueAsync("starve").InTime())).Error.ShouldBe(QuorumError.OutcomeUnknown);

            await Should.ThrowAsync<InsufficientExecutionStackException>(() => node.Completion.InTime());
            var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            if (isAsked) await Eventually.ShouldBeAsync(() => lifetime.ApplicationStopping.IsCancellationRequested, "the host stops");
            else lifetime.ApplicationStopping.IsCancellationRequested.ShouldBeFalse();
            await host.StopAsync().InTime();
        }
    }

    [Fact]
    public void A_container_that_is_not_disposed_of_asynchronously_stops_its_node_too()
    {
        var services = new ServiceCollection();
        services.AddActorQuorum(Configuration(Settings("memory")), quorum => quorum.UseTransport(new InMemoryNetwork().Join));
        QuorumNode node;
        using (var provider = services.BuildServiceProvider()) node = provider.GetRequiredService<QuorumNode>();
        node.Completion.Status.ShouldBe(TaskStatus.RanToCompletion);
    }

    [Fact]
    public void A_host_holds_one_node_and_a_second_one_is_refused_when_it_is_added()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(Settings("memory"));
        builder.Services.AddActorQuorum(builder.Configuration);
        Should.Throw<InvalidOperationException>(() => builder.Services.AddActorQuorum(builder.Configuration)).Message.ShouldContain("called before");
    }

    [Fact]
    public void Settings_come_from_any_configuration_with_reference_conf_below()
    {
        var options = NodeOptionsReader.Read(Configuration([
            .. Settings("memory"), new("ActorQuorum:Election:Timeout", "450ms"), new("actorquorum:limits:pending-requests", "17"),
        ]));

        (options.Name, options.ClusterName, options.DataDirectory).ShouldBe(("n1", "hosted", "data/n1"));
        options.Storage.ShouldBe(StorageKind.Memory);
        options.Members.ShouldHaveSingleItem().ShouldBe(new("n1", "127.0.0.1:7101", "127.0.0.1:2391"));
        (options.Election.Timeout, options.Limits.PendingRequests).ShouldBe((TimeSpan.FromMilliseconds(450), 17));
    }

    [Fact]
    public void The_section_itself_is_taken_too_and_a_hocon_file_is_one_source()
    {
        var all = Configuration(Settings("disk"));
        NodeOptionsReader.Read(all.GetSection("actorquorum")).Name.ShouldBe("n1");

        var file = Path.Combine(Repository.Root, "config", "cluster.conf");
        var configuration = new ConfigurationBuilder().AddHoconFile(file).AddInMemoryCollection([new("actorquorum:node:name", "n2")]).Build();
        var options = NodeOptionsReader.Read(configuration);
        options.ShouldBeEquivalentTo(NodeOptionsReader.Load(file, "n2"));
    }

    [Theory]
    [InlineData("actorquorum:election:heartbeet", "50ms", "configuration actorquorum:election:heartbeet: unknown key 'election.heartbeet'; did you mean 'election.heartbeat'?")]
    [InlineData("actorquorum:limits:request-size", "huge", "configuration actorquorum:limits:request-size: limits.request-size must be a size")]
    [InlineData("actorquorum:node:name", "n9", "configuration actorquorum:node:name: node.name is 'n9', which is not among the members n1")]
    public void A_wrong_setting_is_named(string key, string value, string message) => Should.Throw<ConfigurationException>(
        () => NodeOptionsReader.Read(Configuration([.. Settings("memory").Where(setting => setting.Key != key), new(key, value)]))).Message.ShouldStartWith(message);

    [Fact]
    public void A_configuration_without_the_section_says_so() => Should.Throw<ConfigurationException>(
        () => new ServiceCollection().AddActorQuorum(Configuration([new("other", "x")]))).Message.ShouldBe(
        "configuration: there is no section 'actorquorum': write a node's settings there, as in a file.");

    [Fact]
    public async Task A_node_that_cannot_start_keeps_the_host_from_starting_and_says_why()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddActorQuorum(NodeOptionsReader.Read(Configuration(Settings("memory"))) with { Runtime = NodeRuntime.Akka });
        using var host = builder.Build();
        (await Should.ThrowAsync<InvalidOperationException>(() => host.StartAsync())).Message.ShouldContain("ActorQuorum.Akka");
    }

    private static IConfigurationRoot Configuration(IEnumerable<KeyValuePair<string, string?>> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

    private static KeyValuePair<string, string?>[] Settings(string storage) =>
    [
        new("actorquorum:node:name", "n1"),
        new("actorquorum:storage:kind", storage),
        new("actorquorum:cluster:id", "hosted"),
        new("actorquorum:cluster:members:n1:peer", "127.0.0.1:7101"),
        new("actorquorum:cluster:members:n1:client", "127.0.0.1:2391"),
    ];

    private sealed class Worker(QuorumNode node) : BackgroundService
    {
        public TaskCompletionSource<Bytes> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await foreach (var part in node.RoleChanges(stoppingToken))
            {
                if (part.Role != Role.Leader) continue;
                Answer.TrySetResult(await node.EnqueueAsync("echo", "from the worker", stoppingToken));
                return;
            }
        }
    }
}
