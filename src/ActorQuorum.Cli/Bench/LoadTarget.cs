using System.Globalization;
using ActorQuorum.Cli.Keys;

namespace ActorQuorum.Cli.Bench;

/// <summary>An endpoint, and the requests as they are sent to it.</summary>
internal sealed class LoadTarget
{
    private readonly RequestTemplate _put;
    private readonly RequestTemplate _get;

    public LoadTarget(string address, LoadPlan plan)
    {
        Address = address;
        var colon = address.LastIndexOf(':');
        Host = address[..colon].Trim('[', ']');
        Port = int.Parse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture);
        ValueBytes = plan.ValueBytes;
        _put = RequestTemplate.Put(plan.Keyspace, address, plan.ValueBytes);
        _get = RequestTemplate.Get(plan.Keyspace, address, plan.IsSerializable);
    }

    public string Address { get; }

    public string Host { get; }

    public int Port { get; }

    /// <summary>An answer to a get is at least as long.</summary>
    public int ValueBytes { get; }

    public RequestTemplate Template(LoadKind kind) => kind == LoadKind.Put ? _put : _get;
}

/// <summary>What a bench does.</summary>
internal sealed record LoadPlan
{
    public required string Kind { get; init; }

    public required string[] Endpoints { get; init; }

    public required Keyspace Keyspace { get; init; }

    public required int Clients { get; init; }

    public required int Connections { get; init; }

    public required TimeSpan Warmup { get; init; }

    public required TimeSpan Duration { get; init; }

    public required int ValueBytes { get; init; }

    public required int Keys { get; init; }

    /// <summary>The share of gets, 0 to 1.</summary>
    public required double ReadShare { get; init; }

    public required bool IsSerializable { get; init; }
}
