using System.Net;
using System.Net.Sockets;

namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>
/// Real processes of <c>actorquorum vote</c> that find each other by real datagrams: on loopback, to its broadcast address and a port of this
/// network's own, so that none of them leaves the machine or meets those of another test.
/// </summary>
internal sealed class VotingNetwork : IAsyncDisposable
{
    public const string Broadcast = "127.255.255.255";

    /// <summary>The first node need not look for long; all others shall meet it before they elect themselves, however busy the machine is.</summary>
    private const string FirstWindow = "700ms";
    private const string LaterWindow = "5s";

    private readonly List<VotingMember> _members = [];
    private readonly int _basePort = FreePorts.BasePort();

    /// <summary>Whether the test itself starts the first node.</summary>
    public bool HasFirst { get; init; }

    /// <summary>The UDP port of this network.</summary>
    public int BroadcastPort { get; } = FreePorts.Broadcast();

    /// <summary>The TCP port of the n-th node, from 1 on.</summary>
    public int Port(int number) => _basePort + number;

    /// <summary>Starts a node.</summary>
    /// <param name="name">Its name; null leaves it to the node.</param>
    /// <param name="port">Its TCP port.</param>
    /// <param name="options">More words of the command line.</param>
    public VotingMember Start(string? name, int port, params IEnumerable<string> options)
    {
        string[] named = name is null ? [] : ["-n", name];
        var process = CliProcess.Start(
            ["vote", "127.0.0.1", $"{port}", Broadcast, $"{BroadcastPort}", "--discovery-window", _members.Count == 0 && !HasFirst ? FirstWindow : LaterWindow, .. named, .. options]);
        var member = new VotingMember(name ?? "", process);
        _members.Add(member);
        return member;
    }

    /// <summary>Starts nodes one after the other, each once the one before listens, so that they are born in this order.</summary>
    public async Task<VotingMember[]> StartInOrderAsync(IEnumerable<string> names, params IEnumerable<string> options)
    {
        var started = new List<VotingMember>();
        foreach (var name in names)
        {
            started.Add(Start(name, Port(_members.Count + 1), options));
            await started[^1].Process.PrintsAsync("listens at");
        }

        return [.. started];
    }

    /// <summary>Sends a datagram to all nodes.</summary>
    public void Fling(byte[] datagram)
    {
        using var socket = new UdpClient { EnableBroadcast = true };
        socket.Send(datagram, new IPEndPoint(IPAddress.Parse(Broadcast), BroadcastPort));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members) await member.Process.DisposeAsync();
    }
}

/// <summary>A process of <c>actorquorum vote</c>.</summary>
internal sealed record VotingMember(string Name, CliProcess Process)
{
    /// <summary>It takes a node for the master, and did not change its mind since.</summary>
    public Task FollowsAsync(string master) => Eventually.HoldsAsync(
        $"{Name} sets {master} as new master", () => Master == master, Process.ToString);

    /// <summary>Whom it last set as master; null while it knows none.</summary>
    public string? Master => Process.Output.Split('\n')
        .Select(line => line.Split(" set ") is [_, var rest] && rest.Contains(" as new master", StringComparison.Ordinal) ? rest[..rest.IndexOf(" as new master", StringComparison.Ordinal)] : null)
        .LastOrDefault(found => found is not null);

    public async Task KillAsync()
    {
        Process.Kill();
        await Process.ExitAsync();
    }

    public async Task DispatchAsync()
    {
        Process.Type("q");
        (await Process.ExitAsync()).ShouldBe(0, Process.ToString());
    }
}
