using ActorQuorum;
using ActorQuorum.Configuration;
using ActorQuorum.GenericHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>A node in a program of the generic host.</summary>
public static class QuorumServiceCollectionExtensions
{
    /// <summary>
    /// Adds a node whose settings stand in the section <c>actorquorum</c> of a configuration (docs/dotnet.md). It starts before the first service
    /// that it is injected into, at the latest with the host, and stops with the host. Inject <see cref="QuorumNode"/> or <see cref="IQuorumNode"/>.
    /// </summary>
    /// <param name="services">The program's services.</param>
    /// <param name="configuration">The program's configuration, or the section itself; from JSON, HOCON, the environment, or whatever else.</param>
    /// <param name="configure">Adds processors, or a transport; null for none.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ConfigurationException">The configuration lacks the section, or it says what cannot be.</exception>
    /// <exception cref="InvalidOperationException">The services hold a node already.</exception>
    public static IServiceCollection AddActorQuorum(
        this IServiceCollection services, IConfiguration configuration, Action<QuorumBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddActorQuorum(NodeOptionsReader.Read(configuration), configure);
    }

    /// <summary>Adds a node with these settings; else as <see cref="AddActorQuorum(IServiceCollection, IConfiguration, Action{QuorumBuilder}?)"/>.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="options">The node's settings.</param>
    /// <param name="configure">Adds processors, or a transport; null for none.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException">The services hold a node already.</exception>
    public static IServiceCollection AddActorQuorum(this IServiceCollection services, NodeOptions options, Action<QuorumBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        if (services.Any(service => service.ServiceType == typeof(QuorumStart)))
            throw new InvalidOperationException("AddActorQuorum was called before: a host holds one node. Start further ones by QuorumNode.StartAsync.");
        var builder = new QuorumBuilder();
        configure?.Invoke(builder);
        services.AddSingleton(provider => new QuorumStart(options, builder, provider));
        services.AddSingleton(provider => provider.GetRequiredService<QuorumStart>().Node);
        services.AddSingleton<IQuorumNode>(provider => provider.GetRequiredService<QuorumNode>());
        services.AddSingleton<IHostedService>(provider => new QuorumService(provider.GetRequiredService<QuorumNode>(), builder, provider));
        return services;
    }
}
